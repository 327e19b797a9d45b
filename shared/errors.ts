/** Every way a request can fail, and what each failure means for routing and for the user. One row per kind. */
import type { Attempt } from './receipts.ts';

export type Reaction = {
  /** The same model may be asked again, after a delay. */
  readonly retry: boolean;
  /** The next candidate may be asked. */
  readonly fallback: boolean;
  /** Counts toward opening the provider's circuit. */
  readonly trips: boolean;
  /** What the user can do about it: one imperative sentence. */
  readonly action: string;
};

const row = (retry: boolean, fallback: boolean, trips: boolean, action: string): Reaction => ({
  retry,
  fallback,
  trips,
  action,
});

/** Columns: same model again, next candidate, counts toward the circuit, the user's one action. */
export const reactions = {
  cancelled: row(false, false, false, 'Ask again when you like.'),
  'invalid-request': row(false, false, false, 'Change the request and ask again.'),
  'context-too-long': row(
    false,
    true,
    false,
    'Shorten the prompt or the file, or use a model with a larger context.',
  ),
  'content-filtered': row(false, false, false, 'Rephrase the request.'),
  unauthorized: row(false, true, false, 'Set a working key with “Rumbo: Set API Key”.'),
  'payment-required': row(false, true, false, 'Check the account’s billing with the provider.'),
  'over-budget': row(false, true, false, 'Raise rumbo.budget.* or use a cheaper model.'),
  'model-not-found': row(false, true, true, 'Choose a model from the Providers view.'),
  loading: row(true, true, false, 'Wait until the model has loaded and ask again.'),
  'rate-limited': row(true, true, false, 'Wait for the limit to reset, or add another provider.'),
  overloaded: row(true, true, true, 'Try again in a moment.'),
  unreachable: row(true, true, true, 'Start the engine or correct its address in rumbo.providers.'),
  tls: row(false, true, true, 'Check the certificate, or add its authority to the system’s store.'),
  'blocked-redirect': row(false, true, true, 'Put the final address into rumbo.providers.'),
  timeout: row(false, true, true, 'Try again, or use a faster model.'),
  interrupted: row(false, true, true, 'Ask again; what had arrived is kept.'),
  'bad-response': row(false, true, true, 'Check that the address in rumbo.providers is a model server.'),
  'no-candidate': row(
    false,
    false,
    false,
    'Add a key, start a local engine, or name an endpoint in rumbo.providers.',
  ),
} as const satisfies Record<string, Reaction>;

export type ErrorKind = keyof typeof reactions;

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
  /** Milliseconds to wait before asking again, when the service said. */
  readonly retryAfterMs?: number;
  /** The pinned model that the filter took out; the user may allow the next one instead. */
  readonly pinned?: string;
  /** The service had begun to answer: what it has read may be billed. Absent: it had not. */
  readonly accepted?: boolean;
  /** What had been said before it broke off, for whoever did not follow the parts. Never a whole answer. */
  readonly partial?: string;
  /** What was tried before giving up, in order. */
  readonly attempts?: readonly Attempt[];
};

/** The one error class whose message may be shown to a user. Anything else is a programming mistake. */
export class RumboError extends Error {
  override readonly name = 'RumboError';
  readonly data: ErrorData;

  /** @param message one sentence for the user, without keys, prompts or addresses that hold credentials */
  constructor(message: string, data: Omit<ErrorData, 'message'>, options?: ErrorOptions) {
    super(message, options);
    this.data = { ...data, message, action: data.action ?? reactions[data.kind].action };
  }

  get kind(): ErrorKind {
    return this.data.kind;
  }

  /** The same failure, with more known about it. */
  with(more: Partial<Omit<ErrorData, 'message' | 'kind'>>): RumboError {
    return new RumboError(this.message, { ...this.data, ...more }, { cause: this.cause ?? this });
  }
}

/** Any thrown value as a `RumboError`, so that routing has a kind to look up; aborts become `cancelled`. */
export function asRumboError(error: unknown, signal?: AbortSignal): RumboError {
  // One that is said already may tell what had come, and what it cost.
  const known = error instanceof RumboError ? error : undefined;
  if (signal?.aborted && known?.kind !== 'cancelled')
    return new RumboError('The request was cancelled.', { kind: 'cancelled' }, { cause: error });
  if (known) return known;
  return new RumboError(
    'Something in Rumbo went wrong while answering.',
    { kind: 'bad-response', action: 'Open the log with “Rumbo: Show Log” and report it.' },
    { cause: error },
  );
}
