/** Bounds how many answers one provider streams at a time; the others wait their turn. */
import type PQueue from 'p-queue';
import { RumboError } from '../../shared/errors.ts';
import { type Policy, type PolicyCall, policy } from './policy.ts';

/** Who types comes before who asked, and both before nobody; within each, first come, first served. */
const priorities: Readonly<Record<PolicyCall['urgency'], number>> = {
  typing: 2,
  interactive: 1,
  background: 0,
};

/** A stream holds its place in `queue` until it ends, fails or is abandoned; a cancelled one leaves at once. */
export const concurrencyLimit = (queue: PQueue): Policy =>
  policy(async function* (send, { urgency, signal }) {
    const release = await place(queue, priorities[urgency], signal);
    try {
      yield* send();
    } finally {
      release();
    }
  });

/** Waits for a place; it is held until the returned function is called. */
function place(queue: PQueue, priority: number, signal: AbortSignal): Promise<() => void> {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  return new Promise((resolve, reject) => {
    const hold = () => {
      resolve(release);
      return held;
    };
    queue.add(hold, { priority, signal }).catch((cause: unknown) => {
      reject(new RumboError('The request was cancelled.', { kind: 'cancelled' }, { cause }));
    });
  });
}
