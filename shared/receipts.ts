/** Receipts: what an answer cost and why that model gave it. */
import type { FinishReason, ModelId, Usage } from './chat.ts';
import type { ErrorKind } from './error-policies.ts';
import type { TaskType } from './tasks.ts';

/** One try at one candidate. */
export type Attempt = {
  readonly model: ModelId;
  /** `ok`, or the kind of failure. */
  readonly outcome: 'ok' | ErrorKind;
  /** Milliseconds from sending to the end of the attempt. */
  readonly ms: number;
  /** Why it failed, one sentence. Absent: it did not. */
  readonly message?: string;
  /** US dollars billed although it failed. Absent: nothing, or it is the attempt that answered. `null`: unknown. */
  readonly costUsd?: number | null;
  /** The tokens of it. Absent: nothing is billed, or it is the attempt that answered. */
  readonly usage?: Pick<Usage, 'input' | 'output'>;
};

/** Where one model's words end and another's begin. */
export type Takeover = {
  /** Characters of the answer before it, UTF-16. */
  readonly at: number;
  readonly from: ModelId;
  readonly to: ModelId;
  /** Why the first broke off, one sentence. */
  readonly reason: string;
};

/** What was left out of a conversation that no longer fitted into a context. */
export type Compaction = {
  /** Earlier messages that a summary stands for. */
  readonly messages: number;
  /** Results of tools that are shorter. */
  readonly toolResults: number;
  /** Texts that were shortened without a model, since none may or could summarise them. */
  readonly shortened: number;
  /** Tokens by our own estimate. */
  readonly savedTokens: number;
  /** The models that wrote the summaries; each has a receipt of its own. Empty: none, or in an earlier turn. */
  readonly models: readonly ModelId[];
};

export type Receipt = {
  /** Unique per answer. */
  readonly id: string;
  /** When the request was received, ISO 8601. */
  readonly at: string;
  readonly role: string | null;
  readonly task: TaskType;
  /** 0 (trivial) – 1 (hard). */
  readonly difficulty: number;
  /** The model that answered. */
  readonly model: ModelId;
  /** The model that a gateway answered with instead, by the gateway's own fallback and name of it. Absent: `model`. */
  readonly servedBy?: string;
  /** Answered from the response cache; nothing was sent. */
  readonly cached: boolean;
  /** In order; the last is the one that answered. Empty when cached. */
  readonly attempts: readonly Attempt[];
  readonly usage: Usage;
  /** The prediction before it was sent. Absent: answered from the cache. */
  readonly predicted?: {
    /** As the model was expected to count them. */
    readonly inputTokens: number;
    /** By our estimate alone, without the token ratio of the model family. */
    readonly plainInputTokens: number;
    /** US dollars. `null`: the price is unknown. */
    readonly costUsd: { readonly low: number; readonly high: number } | null;
  };
  /** `true`: the service did not report all of it, or not believably, and it is an estimate. */
  readonly usageEstimated: boolean;
  /**
   * US dollars: what the service or gateway reports, where that is believable, instead of the cost by the model's price.
   * Budgets count the larger. `null`: neither is known; never shown as 0.
   */
  readonly costUsd: number | null;
  /** Milliseconds from receiving the request to the first text. `null`: there was none. */
  readonly timeToFirstTokenMs: number | null;
  /** Milliseconds from receiving the request to the end. */
  readonly totalMs: number;
  /** `length`: the output limit of the model cut the answer. */
  readonly finishReason: FinishReason;
  /** It exceeded what the budgets had reserved for it, and Rumbo cut it off. Absent: it did not. */
  readonly cutByBudget?: true;
  /** Where the answer broke off and another model went on, in order. Empty: one model wrote it all. */
  readonly takeovers: readonly Takeover[];
  /** Absent: the conversation was sent as it is. */
  readonly compaction?: Compaction;
  /** The engine has read so much less of the prompt than predicted that it must have cut it. Absent: it has not. */
  readonly promptCut?: true;
  /** Why this model: one sentence each. */
  readonly reasons: readonly string[];
  /** The note from the provider's settings, shown with each of its answers. */
  readonly note?: string;
};
