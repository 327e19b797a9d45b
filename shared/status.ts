/** What the server knows about itself, for the tree, the status bar and the terminal. */
import type { Model, Source } from './models.ts';
import type { Strategy } from './tasks.ts';

/**
 * `ready`: its models answered. `unknown`: not asked yet (a cloud provider is not contacted before it is used).
 * `resting`: its circuit or rate limit keeps it out until `until`.
 */
export type ProviderState = 'ready' | 'unknown' | 'checking' | 'no-key' | 'unreachable' | 'resting' | 'off';

export type CircuitState = 'closed' | 'open' | 'half-open';

export type ProviderStatus = {
  readonly name: string;
  readonly label: string;
  readonly kind: string;
  readonly source: Source;
  /** The origin requests go to; never with credentials. */
  readonly origin: string;
  readonly state: ProviderState;
  /** Why it is in this state, one sentence. Absent when there is nothing to say. */
  readonly detail?: string;
  /** ISO 8601; when a resting provider returns. */
  readonly until?: string;
  readonly circuit: CircuitState;
  /** Where its key comes from; `none` when it needs one and has none, `not-needed` when it needs none. */
  readonly key: 'environment' | 'keychain' | 'memory' | 'none' | 'not-needed';
  readonly models: readonly Model[];
  /** What it last did. Absent: nothing since the server started. */
  readonly last?: {
    /** ISO 8601. */
    readonly at: string;
    readonly model: string;
    readonly outcome: string;
    readonly ms: number;
  };
  /** What its owner wants said beside its answers. */
  readonly note?: string;
};

export type Budget = {
  readonly name: string;
  readonly limitUsd: number;
  readonly spentUsd: number;
  /** Set aside for requests in flight. */
  readonly reservedUsd: number;
};

export type Status = {
  /** `offline`: nothing can answer now. `degraded`: something that is configured cannot. */
  readonly health: 'ready' | 'degraded' | 'offline';
  readonly version: string;
  readonly strategy: Strategy;
  readonly priorityOrder: readonly string[];
  readonly providers: readonly ProviderStatus[];
  readonly budgets: readonly Budget[];
  /** US dollars since midnight, local time; requests of unknown price are counted apart. */
  readonly today: { readonly costUsd: number; readonly requests: number; readonly unknownPrice: number };
  /** Questions being answered now. */
  readonly inFlight: number;
  /** Settings that could not be read, one sentence each. */
  readonly problems: readonly string[];
  /** Whether saved keys last: `memory` means they are lost when the server stops. */
  readonly keyStore: 'keychain' | 'memory';
};
