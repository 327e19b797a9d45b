/** Limits how many answers one provider streams at a time; further requests wait in a queue. */
import { RumboError } from '../../shared/errors.ts';
import { type Policy, type PolicyCall, policy } from './policy.ts';
import type { RequestLimit } from './request-limit.ts';
import type { SlotQueue } from './slot-queue.ts';

/** Requests sent while the user types come first, background work last; within each level the oldest comes first. */
const priorities: Readonly<Record<PolicyCall['urgency'], number>> = {
  typing: 2,
  interactive: 1,
  background: 0,
};

/** A stream occupies a slot until it ends, fails or is abandoned; a request that is cancelled while it waits leaves at once. */
export const concurrencyLimit = (queue: SlotQueue, limit: RequestLimit): Policy =>
  policy(async function* (send, { urgency, signal }) {
    const release = await acquireSlot(queue, priorities[urgency], signal);
    let hasBegun = false;
    try {
      if (!limit.isMeasured) return yield* send();
      for await (const part of send()) {
        if (!hasBegun && limit.answerBegan()) queue.startWaiting();
        hasBegun = true;
        yield part;
      }
    } finally {
      if (hasBegun) limit.answerEnded();
      release();
    }
  });

async function acquireSlot(queue: SlotQueue, priority: number, signal: AbortSignal): Promise<() => void> {
  try {
    return await queue.acquire(priority, signal);
  } catch (cause) {
    throw new RumboError('The request was cancelled.', { kind: 'cancelled' }, { cause });
  }
}
