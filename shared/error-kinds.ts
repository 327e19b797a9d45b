/** Every way a request can fail, and what each failure means for routing and for the user. One row per kind. */

export type ErrorPolicy = {
  /** The same model may be asked again, after a delay. */
  readonly retry: boolean;
  /** The next candidate may be asked. */
  readonly fallback: boolean;
  /** Counts toward opening the provider's circuit. */
  readonly trips: boolean;
  /** What the user can do about it: one imperative sentence. */
  readonly action: string;
};

const row = (retry: boolean, fallback: boolean, trips: boolean, action: string): ErrorPolicy => ({
  retry,
  fallback,
  trips,
  action,
});

/** Columns: same model again, next candidate, counts toward the circuit, the user's one action. */
export const errorPolicies = {
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
} as const satisfies Record<string, ErrorPolicy>;

export type ErrorKind = keyof typeof errorPolicies;
