/** Failures as values: the one error class, and what of it crosses JSON-RPC. */
import { type ErrorKind, errorPolicies } from './error-policies.ts';
import type { Attempt } from './receipts.ts';

/** What crosses JSON-RPC in `error.data`. Never a key, never a prompt. */
export type ErrorData = {
  readonly kind: ErrorKind;
  /** One sentence for the user. */
  readonly message: string;
  /** What the user can do about it, one imperative sentence. */
  readonly action?: string;
  readonly provider?: string;
  readonly model?: string;
  /** HTTP status, when there was one. */
  readonly status?: number;
  /** What the model cannot do, of a failure of kind `unsupported-request`. Absent: something else, or another kind. */
  readonly ability?: 'chat' | 'tools' | 'vision';
  /** No connection was made. Absent: one was, or the failure has another cause. */
  readonly unconnected?: boolean;
  /** Milliseconds to wait before the next request. Absent: the service named no time. */
  readonly retryAfterMs?: number;
  /** A service behind a gateway has refused: the gateway's other models may have other accounts. Absent: no gateway. */
  readonly behindGateway?: boolean;
  /** The service refuses the key for this model only. Absent: for all, or the failure has another cause. */
  readonly modelOnly?: boolean;
  /** The pinned model that the filter excluded; the user may allow the next one instead. */
  readonly pinned?: string;
  /** The service may bill the request: it had begun to answer, or received it and did not respond. Absent: neither. */
  readonly accepted?: boolean;
  /** By which both halves log the request. Absent: it did not get that far. */
  readonly requestId?: string;
  /** The text that arrived before the failure, for a client that did not read the parts. Never a whole answer. */
  readonly partial?: string;
  /** The attempts before the request failed, in order. */
  readonly attempts?: readonly Attempt[];
};

/** The one error class whose message may be shown to a user. Anything else is a programming mistake. */
export class RumboError extends Error {
  override readonly name = 'RumboError';
  readonly data: ErrorData;

  /** @param message one sentence for the user, without keys, prompts or addresses that hold credentials */
  constructor(message: string, data: Omit<ErrorData, 'message'>, options?: ErrorOptions) {
    super(message, options);
    this.data = { ...data, message, action: data.action ?? errorPolicies[data.kind].action };
  }

  get kind(): ErrorKind {
    return this.data.kind;
  }

  /** The same failure with more data. */
  with(more: Partial<Omit<ErrorData, 'message' | 'kind'>>): RumboError {
    return new RumboError(this.message, { ...this.data, ...more }, { cause: this.cause ?? this });
  }
}

/** The fault of its service for which a request was given up: its signal aborts with that. `undefined`: it was cancelled, or runs on. */
export const abortFault = (signal?: AbortSignal): RumboError | undefined =>
  signal?.aborted && signal.reason instanceof RumboError ? signal.reason : undefined;

/** Any thrown value as a `RumboError`, so that routing has a kind to look up; aborts become `cancelled`. */
export function toRumboError(error: unknown, signal?: AbortSignal): RumboError {
  // A cancellation that is a RumboError already may hold the text that arrived, and its cost.
  const rumboError = error instanceof RumboError ? error : undefined;
  const abortKind = abortFault(signal)?.kind ?? 'cancelled';
  if (signal?.aborted && rumboError?.kind !== 'cancelled' && rumboError?.kind !== abortKind)
    return new RumboError('The request was cancelled.', { kind: 'cancelled' }, { cause: error });
  if (rumboError) return rumboError;
  return new RumboError(
    'Something in Rumbo went wrong while answering.',
    { kind: 'bad-response', action: 'Open the log with “Rumbo: Show Log” and report it.' },
    { cause: error },
  );
}
