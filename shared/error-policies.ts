/**
 * Every way a request can fail and everything that follows from it: one row per kind. A new kind compiles only when
 * each column has a value; the modules that act on a failure read this table and keep no list of kinds.
 */
import type { KeyCooldownRule } from './cooldowns.ts';

/**
 * How many ordinary failures a failure counts as; three in a row open a circuit. Where both weights are above 0 the
 * failure may be the model's own: the provider's weight counts once a second model has failed too.
 */
export type CircuitWeights = { readonly provider: number; readonly model: number };

/** The cool-down of the key that a request used. */
export type KeyCooldownPolicy = {
  readonly rule: KeyCooldownRule;
  /** Whether the key is blocked for all models or for the model of the request. */
  readonly blocks: 'all-models' | 'one-model';
  /** Milliseconds where the service names no time. */
  readonly ms: number;
};

/** What the button beside the error does. */
export type ErrorButtonId =
  | 'allow-http'
  | 'ask-again'
  | 'edit-prompt'
  | 'edit-providers'
  | 'explain-route'
  | 'open-budget-settings'
  | 'set-api-key'
  | 'show-log'
  | 'show-providers';

/** How far a request came. `unconnected`: to no connection. `unresponsive`: to no response head. */
export type RequestStage = 'unconnected' | 'unresponsive' | 'responded';

export type ErrorPolicy = {
  /**
   * Further attempts on the same model, after a delay and before the first part. `default`: as many as the retry
   * options allow. `until-loaded`: as many as fit into the time that loading may take.
   */
  readonly retry: 'never' | 'once' | 'default' | 'until-loaded';
  /** Another candidate may answer the request. */
  readonly fallback: boolean;
  /** What it counts as in the circuits of provider and model, where it matters how far the request came. */
  readonly circuit: CircuitWeights | Readonly<Record<RequestStage, CircuitWeights>>;
  /** Another key of the provider may succeed: the request is repeated with it at once. */
  readonly keyFailover: boolean;
  /** `null`: the key stays in use. */
  readonly keyCooldown: KeyCooldownPolicy | null;
  /** How receipts show that the attempt ended. */
  readonly ending: 'no-answer' | 'interrupted' | 'stopped';
  /** `null`: there is nothing to press. */
  readonly button: ErrorButtonId | null;
  /** What the user can do about it: one imperative sentence. */
  readonly action: string;
};

const none: CircuitWeights = { provider: 0, model: 0 };
/** No connection, so no model of the provider can answer; a model list that arrives later disproves it. */
const connection: CircuitWeights = { provider: 1, model: 0 };
const oneModel: CircuitWeights = { provider: 0, model: 1 };
/** A service may fail for one model only. */
const oneOrAll: CircuitWeights = { provider: 1, model: 1 };
/** One failure opens the circuit of the model. */
const opensModel: CircuitWeights = { provider: 0, model: 3 };

const policies = {
  cancelled: {
    retry: 'never',
    fallback: false,
    circuit: none,
    keyFailover: false,
    keyCooldown: null,
    ending: 'stopped',
    button: null,
    action: 'Ask again when you like.',
  },
  'invalid-request': {
    retry: 'never',
    fallback: false,
    circuit: none,
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'edit-prompt',
    action: 'Change the request and ask again.',
  },
  // The model cannot be asked in this form; another may.
  'unsupported-request': {
    retry: 'never',
    fallback: true,
    circuit: none,
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'explain-route',
    action: 'Use another model, or change the request.',
  },
  'context-too-long': {
    retry: 'never',
    fallback: true,
    circuit: none,
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'edit-prompt',
    action: 'Shorten the prompt or the file, or use a model with a larger context.',
  },
  'content-filtered': {
    retry: 'never',
    fallback: false,
    circuit: none,
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'edit-prompt',
    action: 'Rephrase the request.',
  },
  unauthorized: {
    retry: 'never',
    fallback: true,
    circuit: none,
    keyFailover: true,
    keyCooldown: { rule: 'key', blocks: 'all-models', ms: 300_000 },
    ending: 'no-answer',
    button: 'set-api-key',
    action: 'Set a working key with “Rumbo: Set API Key”.',
  },
  'payment-required': {
    retry: 'never',
    fallback: true,
    circuit: none,
    keyFailover: true,
    keyCooldown: { rule: 'payment', blocks: 'all-models', ms: 3_600_000 },
    ending: 'no-answer',
    button: 'show-providers',
    action: 'Check the account’s billing with the provider.',
  },
  'over-budget': {
    retry: 'never',
    fallback: true,
    circuit: none,
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'open-budget-settings',
    action: 'Raise rumbo.budget.* or use a cheaper model.',
  },
  'model-not-found': {
    retry: 'never',
    fallback: true,
    // The model will be missing a moment later too.
    circuit: opensModel,
    // Services answer the same for a model that the account of this key may not use.
    keyFailover: true,
    keyCooldown: { rule: 'key', blocks: 'one-model', ms: 300_000 },
    ending: 'no-answer',
    button: 'show-providers',
    action: 'Choose a model from the Providers view.',
  },
  loading: {
    retry: 'until-loaded',
    fallback: true,
    circuit: none,
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'ask-again',
    action: 'Wait until the model has loaded and ask again.',
  },
  'rate-limited': {
    retry: 'default',
    fallback: true,
    circuit: none,
    keyFailover: true,
    keyCooldown: { rule: 'rate-limit', blocks: 'one-model', ms: 20_000 },
    ending: 'no-answer',
    button: 'explain-route',
    action: 'Wait for the limit to reset, or add another provider.',
  },
  overloaded: {
    retry: 'default',
    fallback: true,
    circuit: oneOrAll,
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'ask-again',
    action: 'Try again in a moment.',
  },
  unreachable: {
    retry: 'once',
    fallback: true,
    // A server that is unreachable now is mostly unreachable a second later. One that closes its connections is there.
    circuit: { unconnected: connection, unresponsive: oneOrAll, responded: oneOrAll },
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'show-providers',
    action: 'Start the engine or correct its address in rumbo.providers.',
  },
  // Nothing was sent.
  unencrypted: {
    retry: 'never',
    fallback: true,
    circuit: none,
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'allow-http',
    action: 'Use an https address, or allow this one with “Rumbo: Allow Unencrypted Address…”.',
  },
  tls: {
    retry: 'never',
    fallback: true,
    circuit: connection,
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'show-log',
    action: 'Check the certificate, or name its authority in rumbo.network.certificateFile.',
  },
  'blocked-redirect': {
    retry: 'never',
    fallback: true,
    circuit: connection,
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'edit-providers',
    action: 'Put the final address into rumbo.providers.',
  },
  timeout: {
    retry: 'never',
    fallback: true,
    // No user should wait for the same timeout three times. Without a response head the provider is silent.
    circuit: {
      unconnected: { provider: 3, model: 0 },
      unresponsive: { provider: 3, model: 3 },
      responded: opensModel,
    },
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'ask-again',
    action: 'Try again, or use a faster model.',
  },
  interrupted: {
    retry: 'never',
    fallback: true,
    circuit: oneModel,
    keyFailover: false,
    keyCooldown: null,
    ending: 'interrupted',
    button: 'ask-again',
    action: 'Ask again; what had arrived is kept.',
  },
  'bad-response': {
    retry: 'never',
    fallback: true,
    circuit: oneModel,
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'show-log',
    action: 'Check that the address in rumbo.providers is a model server.',
  },
  'no-candidate': {
    retry: 'never',
    fallback: false,
    circuit: none,
    keyFailover: false,
    keyCooldown: null,
    ending: 'no-answer',
    button: 'show-providers',
    action: 'Add a key, start a local engine, or add an endpoint to rumbo.providers.',
  },
} satisfies Record<string, ErrorPolicy>;

export type ErrorKind = keyof typeof policies;
export const errorPolicies: Readonly<Record<ErrorKind, ErrorPolicy>> = policies;

/**
 * The weights of a failure.
 * @param failure its kind, the status of its response, whether no connection was made, and whether a gateway reports it
 * of one of the services behind it
 */
export function circuitWeights({
  kind,
  status,
  unconnected,
  behindGateway,
}: {
  readonly kind: ErrorKind;
  readonly status?: number;
  readonly unconnected?: boolean;
  readonly behindGateway?: boolean;
}): CircuitWeights {
  const { circuit } = errorPolicies[kind];
  const stage = unconnected ? 'unconnected' : status === undefined ? 'unresponsive' : 'responded';
  const weights = 'provider' in circuit ? circuit : circuit[stage];
  return behindGateway && weights.provider > 0 ? { provider: 0, model: weights.model } : weights;
}

/** Whether a value from outside names a row of the table. */
export const isErrorKind = (value: unknown): value is ErrorKind =>
  typeof value === 'string' && Object.hasOwn(policies, value);
