/** What an engine's own interface tells of its models: its list with all it says by the way, and details of one. */
import type { ModelFacts } from '../model-facts.ts';
import type { ListedModel } from '../model-set.ts';

/** Asks an engine below its root, with its key. Rejects with `RumboError`. */
export type NativeGet = (
  question: {
    /** Begins with a slash. */
    readonly path: string;
    /** Sent as JSON by POST. Absent: GET. */
    readonly body?: unknown;
  },
  signal: AbortSignal,
) => Promise<unknown>;

export type EngineDetails = {
  /** An engine of server/engines/table.ts. */
  readonly kind: string;
  /** Every model, those that do not chat as well. Rejects with `RumboError`. */
  list(ask: NativeGet, signal: AbortSignal): Promise<readonly ListedModel[]>;
  /** What the list does not tell. Absent: it tells everything. Rejects with `RumboError`. */
  details?(ask: NativeGet, model: ListedModel, signal: AbortSignal): Promise<ModelFacts>;
};
