/** The server's own status, for the tree, the status bar and the terminal. */
import type { CooldownRule } from './cooldowns.ts';
import type { DiscoveredEndpoint } from './discovery.ts';
import type { InlineState } from './inline.ts';
import type { KeyOptions, KeyProblem, KeyStoreName } from './keys.ts';
import type { LocalModel } from './local-models.ts';
import type { Model, Source } from './models.ts';
import type { Strategy } from './tasks.ts';

/**
 * `ready`: its models answered. `unknown`: no request yet (a cloud provider is not contacted before it is used).
 * `cooling-down`: its circuit or rate limit excludes it until `until`.
 */
export type ProviderState =
  | 'ready'
  | 'unknown'
  | 'checking'
  | 'no-key'
  | 'unreachable'
  | 'cooling-down'
  | 'off';

export type CircuitState = 'closed' | 'open' | 'half-open';

/** One rate limit of a provider, as last reported. */
export type RateWindow = {
  /** What is counted: `requests`, `tokens`, `input tokens`, `output tokens`. */
  readonly unit: string;
  /** `null`: not reported. */
  readonly limit: number | null;
  readonly remaining: number;
  /** ISO 8601. */
  readonly resetsAt: string;
  /** The model it holds for. Absent: the whole account. */
  readonly model?: string;
};

/** One key of a provider, by its name: the key itself is never shown. */
export type KeyStatus = {
  /** `GEMINI_API_KEY_2`, `saved key 1`, or the label that the user gave it. */
  readonly name: string;
  /** Names it in commands for one key. Absent: it is in the environment. */
  readonly slot?: string;
  readonly store?: KeyStoreName;
  /** Label and limits. Absent: none. */
  readonly options?: KeyOptions;
  readonly requests: number;
  readonly failures: number;
  /** Tokens of its answers, input and output. Absent: none. */
  readonly tokens?: number;
  /** Median-like milliseconds to a response head, recent ones count more. Absent: no response yet. */
  readonly latencyMs?: number;
  /** Why it is not used now, one sentence. Absent: it is used. */
  readonly cooldownReason?: string;
  /** ISO 8601; when the cool-down ends. */
  readonly until?: string;
};

/** The cool-down of one model while its provider is available. */
export type ModelCooldown = {
  readonly model: string;
  readonly circuit: CircuitState;
  /** Absent: its circuit. */
  readonly rule?: CooldownRule;
  readonly reason: string;
  /** ISO 8601. */
  readonly until?: string;
};

export type ProviderStatus = {
  readonly name: string;
  readonly label: string;
  readonly kind: string;
  readonly source: Source;
  /** A local provider is not on this machine. Absent: it is, or it is no local one. */
  readonly onOtherMachine?: true;
  /** The origin requests go to; never with credentials. */
  readonly origin: string;
  readonly state: ProviderState;
  /** The cause of its cool-down. Absent: there is none. */
  readonly rule?: CooldownRule;
  /** Why it is in this state, one sentence. Absent when there is nothing to say. */
  readonly detail?: string;
  /** ISO 8601; when the cool-down ends. */
  readonly until?: string;
  readonly circuit: CircuitState;
  /** Where its key comes from; `none` when it needs one and has none, `not-needed` when it needs none. */
  readonly key: 'environment' | KeyStoreName | 'none' | 'not-needed';
  /** Why stored keys cannot be used, or some of them. Absent: nothing is wrong as far as known. */
  readonly keyProblem?: KeyProblem;
  readonly models: readonly Model[];
  /**
   * Where its models are, with downloads that `models` does not list yet. Empty: none is listed yet. Absent: Rumbo can
   * neither download, load nor unload models of this engine.
   */
  readonly local?: readonly LocalModel[];
  /** Models that are not available now although the provider is. */
  readonly modelCooldowns: readonly ModelCooldown[];
  /** What is left of its rate limits. Empty: none is reported. */
  readonly windows: readonly RateWindow[];
  /** Its keys by name, environment first. Empty: it has none. */
  readonly keys: readonly KeyStatus[];
  /** The outcome of its last request. Absent: none since the server started. */
  readonly lastOutcome?: {
    /** ISO 8601. */
    readonly at: string;
    readonly model: string;
    readonly outcome: string;
    readonly ms: number;
  };
  /** The note of its settings, shown with its answers. */
  readonly note?: string;
};

export type Budget = {
  /** Its setting, with the provider or role it is for. */
  readonly name: string;
  readonly period: 'day' | 'month';
  readonly limitUsd: number;
  /** Since the period began, in every window. */
  readonly spentUsd: number;
  /** Set aside for requests in flight. */
  readonly reservedUsd: number;
  /** The spending has reached the user's warning limit. */
  readonly warns: boolean;
  /** ISO 8601; when the period begins again. */
  readonly freesAt: string;
};

export type Status = {
  /** `offline`: nothing can answer now. `degraded`: something that is configured cannot. */
  readonly health: 'ready' | 'degraded' | 'offline';
  readonly version: string;
  readonly strategy: Strategy;
  readonly priorityOrder: readonly string[];
  readonly providers: readonly ProviderStatus[];
  readonly budgets: readonly Budget[];
  /** Origins of configured http addresses on other machines that the user has not allowed. Absent: none. */
  readonly unencrypted?: readonly string[];
  /** Model servers on this machine that the user has neither accepted nor rejected. Absent: none. */
  readonly offers?: readonly DiscoveredEndpoint[];
  /** US dollars since midnight, local time; requests of unknown price are counted apart. */
  readonly today: { readonly costUsd: number; readonly requests: number; readonly unknownPrice: number };
  /** Ghost text. Absent: this server has none. */
  readonly inline?: InlineState;
  /** Requests in progress. */
  readonly inFlight: number;
  /** Settings that could not be read, one sentence each. */
  readonly problems: readonly string[];
  /** Whether saved keys last: `memory` means they are lost when the server stops. */
  readonly keyStore: KeyStoreName;
  /** Why the last key could not be saved in the store it belongs in. Absent: nothing is wrong. */
  readonly keyStoreProblem?: KeyProblem;
};
