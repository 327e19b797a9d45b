/** Limits how many answers one provider streams at a time; further requests wait in a queue. */
import type PQueue from 'p-queue';
import { RumboError } from '../../shared/errors.ts';
import { type Policy, type PolicyCall, policy } from './policy.ts';

/** Requests sent while the user types come first, background work last; within each level the oldest comes first. */
const priorities: Readonly<Record<PolicyCall['urgency'], number>> = {
  typing: 2,
  interactive: 1,
  background: 0,
};

/** A stream occupies a slot of `queue` until it ends, fails or is abandoned; a cancelled one releases it at once. */
export const concurrencyLimit = (queue: PQueue): Policy =>
  policy(async function* (send, { urgency, signal }) {
    const release = await acquireSlot(queue, priorities[urgency], signal);
    try {
      yield* send();
    } finally {
      release();
    }
  });

/** Waits for a slot. Returns the function that releases it; rejects with `cancelled` when `signal` aborts first. */
function acquireSlot(queue: PQueue, priority: number, signal: AbortSignal): Promise<() => void> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  return new Promise((resolve, reject) => {
    const occupy = () => {
      resolve(release);
      return released;
    };
    queue.add(occupy, { priority, signal }).catch((cause: unknown) => {
      reject(new RumboError('The request was cancelled.', { kind: 'cancelled' }, { cause }));
    });
  });
}
