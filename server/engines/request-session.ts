/** One request's line to a service: a key on loan, a clock, a socket to close. Opened once, closed once. */
import { RumboError, toRumboError } from '../../shared/errors.ts';
import { rejectOnAbort } from '../platform/aborted.ts';
import type { HttpResponse } from '../platform/http.ts';
import { rateWindows } from '../wire/rate-windows.ts';
import type { EngineDefinition } from './engine.ts';
import type { KeyLease, KeySource } from './key-source.ts';
import { type ResponseTimer, responseTimer, type TimeLimits } from './time-limits.ts';

export type RequestSessionDeps = {
  /** The provider's name; errors carry it. */
  readonly provider: string;
  readonly label: string;
  readonly definition: Pick<EngineDefinition, 'key'>;
  readonly keys: KeySource;
  readonly limits: TimeLimits;
};

/** Whoever leaves before the end has said nothing about the key. One for all, since an error costs its stack trace. */
const unwanted = new RumboError('The answer was not wanted any more.', { kind: 'cancelled' });

/** @param model absent: the list of models is asked for */
export function requestSession(parts: RequestSessionDeps, model: string | undefined, signal: AbortSignal) {
  const over = follower(signal);
  let lease: KeyLease | undefined;
  let clock: ResponseTimer | undefined;
  let key: string | undefined;
  let status: number | undefined;
  let late: RumboError | undefined;
  let outcome: RumboError | undefined = unwanted;

  return {
    /** Aborts with the caller's, and when the line is cut. */
    signal: over.signal,
    /** Closes the socket. */
    cut: over.abort,
    /** Borrows a key and starts the clock. Rejects when there is no key, or the caller does not wait for one. */
    async open(): Promise<{ readonly key: string | undefined; readonly clock: ResponseTimer }> {
      const lent = parts.keys.acquire(model);
      try {
        // A keychain that is locked takes seconds to say so.
        lease = await Promise.race([lent, rejectOnAbort(over.signal)]);
      } catch (cause) {
        lent.then(
          (late) => late.release(unwanted),
          () => {},
        );
        throw cause;
      }
      key = sound(lease.key, parts);
      clock = responseTimer(parts.label, parts.limits, (error) => {
        late = status === undefined ? error : error.with({ status });
        over.abort();
      });
      return { key, clock };
    },
    /** The head of the answer has come, a refusal's too. */
    head(response: Pick<HttpResponse, 'status' | 'headers'>): void {
      status = response.status;
      lease?.reportLimits(rateWindows(response.headers, Date.now()));
    },
    /** The answer is whole. */
    done(): void {
      outcome = undefined;
    },
    /** What went wrong, in words that say whose it is; the socket is closed. */
    failed(cause: unknown): RumboError {
      over.abort();
      const error = explained(late ?? cause, signal, key, parts, model);
      // Nobody bills a refusal.
      outcome = status !== undefined && status < 400 ? error.with({ accepted: true }) : error;
      return outcome;
    },
    close(): void {
      clock?.stop();
      over.leave();
      lease?.release(outcome);
      lease = undefined;
    },
  };
}

/** The key as it is sent. Throws `unauthorized` when it cannot be. */
function sound(lent: string | undefined, { label, definition }: RequestSessionDeps): string | undefined {
  const key = lent?.trim() || undefined;
  // Such a header would not be sent, and the failure would look like a dead service.
  if (key && /[^\x21-\x7e]/.test(key))
    throw new RumboError(`The key of ${label} holds characters that no key has.`, { kind: 'unauthorized' });
  if (key === undefined && definition.key === 'required')
    throw new RumboError(`${label} has no API key.`, { kind: 'unauthorized' });
  return key;
}

/**
 * Aborts with the caller's signal until it leaves it, and by itself without touching that.
 * `AbortSignal.any` would do the same through weak references, which only a full collection frees.
 */
function follower(leader: AbortSignal) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (leader.aborted) abort();
  leader.addEventListener('abort', abort, { once: true });
  return { signal: controller.signal, abort, leave: () => leader.removeEventListener('abort', abort) };
}

/** Whatever went wrong as one error that says whose it is. A service that echoes the key does not make us repeat it. */
function explained(
  cause: unknown,
  signal: AbortSignal,
  key: string | undefined,
  { provider, label }: RequestSessionDeps,
  model: string | undefined,
): RumboError {
  const known =
    cause instanceof RumboError || signal.aborted
      ? toRumboError(cause, signal)
      : new RumboError('The service’s answer cannot be read.', { kind: 'bad-response' }, { cause });
  const { message, ...data } = known.data;
  const about = { provider, ...(model === undefined ? {} : { model }) };
  if (key === undefined && data.status === 401)
    return new RumboError(`${label} asks for an API key.`, { ...data, ...about }, { cause });
  if (key === undefined || !message.includes(key)) return known.with(about);
  return new RumboError(message.replaceAll(key, '…'), { ...data, ...about });
}
