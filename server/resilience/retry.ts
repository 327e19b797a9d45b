/** Tries the same model again while nothing has been said yet. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asRumboError, reactions } from '../../shared/errors.ts';
import type { Policy } from './policy.ts';

export type RetryOptions = {
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** Milliseconds before the second try; doubles each time, with full jitter. */
  readonly baseDelayMs: number;
  /** Milliseconds the service may ask us to wait; a longer wait is left to the next candidate. */
  readonly longestWaitMs: number;
};

/** Repeats what `reactions` says may be retried, before the first part only. */
export const retry =
  ({ attempts, baseDelayMs, longestWaitMs }: RetryOptions): Policy =>
  (engine) => ({
    ...engine,
    async *stream(model, request, signal) {
      for (let attempt = 1; ; attempt++) {
        let spoken = false;
        try {
          for await (const part of engine.stream(model, request, signal)) {
            spoken = true;
            yield part;
          }
          return;
        } catch (cause) {
          const error = asRumboError(cause, signal);
          const waitMs = error.data.retryAfterMs ?? Math.random() * baseDelayMs * 2 ** attempt;
          const again =
            reactions[error.kind].retry && !spoken && attempt < attempts && waitMs <= longestWaitMs;
          if (!again) throw error;
          await sleep(waitMs, undefined, { signal }).catch((aborted: unknown) => {
            throw asRumboError(aborted, signal);
          });
        }
      }
    },
  });
