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
  policy((send, { urgency, signal }) =>
    withSlot(send, () => acquireSlot(queue, priorities[urgency], signal), {
      began() {
        if (limit.isMeasured && limit.answerBegan()) queue.startWaiting();
      },
      ended() {
        if (limit.isMeasured) limit.answerEnded();
      },
    }),
  );

/** By hand, as the other policies: a generator would cost several promises for each part. */
function withSlot<Part>(
  send: () => AsyncIterable<Part>,
  acquire: () => Promise<() => void>,
  answer: { began(): void; ended(): void },
): AsyncIterableIterator<Part, undefined> {
  let parts: AsyncIterator<Part> | undefined;
  let release: (() => void) | undefined;
  let isAbandoned = false;
  let hasBegun = false;
  const end = (): void => {
    if (hasBegun) answer.ended();
    hasBegun = false;
    release?.();
    release = undefined;
  };
  const afterPart = (result: IteratorResult<Part>): IteratorResult<Part, undefined> => {
    if (result.done) {
      end();
      return over;
    }
    if (!hasBegun && release) {
      hasBegun = true;
      answer.began();
    }
    return result;
  };
  const fail = (cause: unknown): never => {
    end();
    throw cause;
  };
  const first = async (): Promise<IteratorResult<Part, undefined>> => {
    release = await acquire();
    try {
      if (isAbandoned) return afterPart(over);
      parts = send()[Symbol.asyncIterator]();
      return afterPart(await parts.next());
    } catch (cause) {
      return fail(cause);
    }
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => (parts ? parts.next().then(afterPart, fail) : isAbandoned ? Promise.resolve(over) : first()),
    async return() {
      isAbandoned = true;
      try {
        await parts?.return?.();
      } finally {
        if (parts) end();
      }
      return over;
    },
  };
}

const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

async function acquireSlot(queue: SlotQueue, priority: number, signal: AbortSignal): Promise<() => void> {
  try {
    return await queue.acquire(priority, signal);
  } catch (cause) {
    throw new RumboError('The request was cancelled.', { kind: 'cancelled' }, { cause });
  }
}
