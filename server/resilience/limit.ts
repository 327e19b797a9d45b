/** Bounds how many answers one provider streams at a time; the others wait their turn. */
import type PQueue from 'p-queue';
import { RumboError } from '../../shared/errors.ts';
import type { Policy } from './policy.ts';

/** A stream holds its place in `queue` until it ends, fails or is abandoned; a cancelled one leaves at once. */
export const limit =
  (queue: PQueue): Policy =>
  (engine) => ({
    ...engine,
    async *stream(model, request, signal) {
      const release = await place(queue, signal);
      try {
        yield* engine.stream(model, request, signal);
      } finally {
        release();
      }
    },
  });

/** Waits for a place; it is held until the returned function is called. */
function place(queue: PQueue, signal: AbortSignal): Promise<() => void> {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  return new Promise((resolve, reject) => {
    const hold = () => {
      resolve(release);
      return held;
    };
    queue.add(hold, { signal }).catch((cause: unknown) => {
      reject(new RumboError('The request was cancelled.', { kind: 'cancelled' }, { cause }));
    });
  });
}
