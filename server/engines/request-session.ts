/** The session of one request: its key, its timer, its socket. Opened once, closed once. */
import { abortFault, RumboError, toRumboError } from '../../shared/errors.ts';
import { rejectOnAbort } from '../platform/aborted.ts';
import type { HttpResponse } from '../platform/http.ts';
import { redactKeys, rememberKey } from '../platform/redact-keys.ts';
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

/** An abandoned request does not count for or against its key. One for all, since an error costs its stack trace. */
const cancelledError = new RumboError('The request was cancelled.', { kind: 'cancelled' });

/** @param model absent: a request for the list of models */
export function requestSession(deps: RequestSessionDeps, model: string | undefined, signal: AbortSignal) {
  const link = linkedAbort(signal);
  let lease: KeyLease | undefined;
  let timer: ResponseTimer | undefined;
  let key: string | undefined;
  let status: number | undefined;
  let isSent = false;
  let timeoutError: RumboError | undefined;
  let outcome: RumboError | undefined = cancelledError;

  return {
    /** Aborts with the caller's signal, and by `abort`. */
    signal: link.signal,
    /** Closes the socket. */
    abort: link.abort,
    /** Acquires a key and starts the timer. Rejects when there is no key, or the caller aborts first. */
    async open(): Promise<{ readonly key: string | undefined; readonly timer: ResponseTimer }> {
      const acquired = deps.keys.acquire(model);
      try {
        // A locked keychain takes seconds to report it.
        lease = await Promise.race([acquired, rejectOnAbort(link.signal)]);
      } catch (cause) {
        acquired.then(
          (lateLease) => lateLease.release(cancelledError),
          () => {},
        );
        throw cause;
      }
      key = validateKey(lease.key, deps);
      rememberKey(key);
      timer = responseTimer(deps.label, deps.limits, (error) => {
        timeoutError = status === undefined ? error : error.with({ status });
        link.abort();
      });
      return { key, timer };
    },
    /** The request is about to be sent. */
    onSend(): void {
      status = undefined;
      isSent = true;
    },
    /** The response head has arrived, also that of an error. */
    onResponse(response: Pick<HttpResponse, 'status' | 'headers'>): void {
      status = response.status;
      lease?.reportLimits(rateWindows(response.headers, Date.now()));
    },
    /** What the answer has used, input and output. */
    reportTokens: (tokens: number): void => lease?.reportTokens?.(tokens),
    /** The answer is complete. */
    succeed(): void {
      outcome = undefined;
    },
    /** The error with provider and model; closes the socket. */
    fail(cause: unknown): RumboError {
      link.abort();
      const error = attributeError(timeoutError ?? abortFault(signal) ?? cause, signal, key, deps, model);
      // An error response is not billed. Without a response the service may have read the request, and may bill it.
      const isAccepted = status === undefined ? isSent && mayHaveArrived(error) : status < 400;
      outcome = isAccepted ? error.with({ accepted: true }) : error;
      return outcome;
    },
    close(): void {
      timer?.stop();
      link.unlink();
      lease?.release(outcome);
      lease = undefined;
    },
  };
}

/** Whether the service may have received a request that it did not respond to. */
const mayHaveArrived = ({ kind, data }: RumboError): boolean =>
  !data.unconnected &&
  (kind === 'cancelled' || kind === 'timeout' || kind === 'interrupted' || kind === 'unreachable');

export type RequestSession = ReturnType<typeof requestSession>;

/** The key as it is sent. Throws `unauthorized` for an invalid or missing one. */
function validateKey(
  value: string | undefined,
  { label, definition }: RequestSessionDeps,
): string | undefined {
  const key = value?.trim() || undefined;
  // Such a header cannot be sent, and the failure would look like an unreachable service.
  if (key && /[^\x21-\x7e]/.test(key))
    throw new RumboError(`The key of ${label} has invalid characters.`, { kind: 'unauthorized' });
  if (key === undefined && definition.key === 'required')
    throw new RumboError(`${label} has no API key.`, { kind: 'unauthorized' });
  return key;
}

/**
 * A signal that aborts with the caller's until it is unlinked, and by itself without aborting that.
 * `AbortSignal.any` does the same through weak references, which only a full collection frees.
 */
function linkedAbort(parent: AbortSignal) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (parent.aborted) abort();
  parent.addEventListener('abort', abort, { once: true });
  return { signal: controller.signal, abort, unlink: () => parent.removeEventListener('abort', abort) };
}

/** Any failure as an error with provider and model. A key that the service echoes is removed from its message. */
function attributeError(
  cause: unknown,
  signal: AbortSignal,
  key: string | undefined,
  { provider, label }: RequestSessionDeps,
  model: string | undefined,
): RumboError {
  const error =
    cause instanceof RumboError || signal.aborted
      ? toRumboError(cause, signal)
      : new RumboError('The service’s response cannot be read.', { kind: 'bad-response' }, { cause });
  const { message, ...data } = error.data;
  const about = { provider, ...(model === undefined ? {} : { model }) };
  if (key === undefined && data.status === 401 && !data.behindGateway)
    return new RumboError(`${label} requires an API key.`, { ...data, ...about }, { cause });
  const safe = redactKeys(message);
  return safe === message ? error.with(about) : new RumboError(safe, { ...data, ...about });
}
