/** The input of the balancer. A value: it does not change during a decision. */
import type { ModelId } from '../../shared/chat.ts';
import type { Cooldown } from '../../shared/cooldowns.ts';
import type { Feature } from '../../shared/features.ts';
import type { ModelSpeed, OutputRange, RemainingBudget, TokenRatio } from '../../shared/model-stats.ts';
import type { Model } from '../../shared/models.ts';
import type { Preference } from '../../shared/settings.ts';
import type { Strategy, TaskType } from '../../shared/tasks.ts';

export type TokensLeft = {
  readonly tokens: number;
  /** Milliseconds since 1970; when the window resets. */
  readonly untilMs: number;
};

export type RoutingSnapshot = {
  readonly models: readonly Model[];
  /** Providers that cannot be used now, by name. */
  readonly cooldowns: ReadonlyMap<string, Cooldown>;
  /** Models that cannot be used although their provider can, by model id. */
  readonly modelCooldowns: ReadonlyMap<string, Cooldown>;
  /** What is left of token rate limits, by model id. Missing: unknown, or enough. */
  readonly tokensLeft: ReadonlyMap<string, TokensLeft>;
  /** By model id, for prompts of this size. Missing: not measured yet. */
  readonly speeds: ReadonlyMap<string, ModelSpeed>;
  /** By model family. Missing: assumed to count as our estimate does. */
  readonly tokenRatios: ReadonlyMap<string, TokenRatio>;
  /** Measured length of answers to this task type. Absent: not measured yet. */
  readonly outputRange?: OutputRange | undefined;
  /** The model whose service has the start of this conversation cached. Absent: none. */
  readonly warmPrefix?: { readonly model: ModelId; readonly tokens: number } | undefined;
  /** Milliseconds until a local model that is not in memory has been loaded, by model id. Missing: it is in memory, or the time is unknown. */
  readonly coldStartMs: ReadonlyMap<string, number>;
  /** Local models that can do this kind of work, recommended ones first: the order of server/models/recommended-models.ts. */
  readonly recommendedLocal: readonly ModelId[];
  /** Requests in flight, by provider. */
  readonly inFlight: ReadonlyMap<string, number>;
  readonly strategy: Strategy;
  readonly priorityOrder: readonly string[];
  readonly taskTypes: Readonly<Partial<Record<TaskType, Preference>>>;
  readonly roles: Readonly<Record<string, Preference>>;
  /** What the next request may cost at most. */
  readonly remainingBudget: RemainingBudget;
  /** The same by provider name, when providers have budgets of their own. */
  readonly remainingBudgetByProvider: ReadonlyMap<string, RemainingBudget>;
};

/** What the balancer needs to know of the request. */
export type RoutingCriteria = {
  readonly task: TaskType;
  readonly role?: string;
  /** 0–1. */
  readonly difficulty: number;
  /** `provider/model` that this request pins. Absent: none. */
  readonly model?: string;
  /** Only models of a higher tier than this one's may answer. Absent: any tier. */
  readonly strongerThan?: string;
  /** Models of a lower tier come last: the user found them too weak for similar prompts. Absent: none. */
  readonly minTier?: number;
  /** It includes a file that `rumbo.privacy.localOnly` matches. */
  readonly localOnly: boolean;
  /** It offers tools, or contains tool calls. */
  readonly needsTools: boolean;
  /** Only free models may answer, and those paid ones that this list names, as `allow` does. Absent: all may. */
  readonly freeExcept?: readonly string[];
  /** It contains images. */
  readonly needsVision: boolean;
  /** Fields of the request that its model has to honour. Absent: none. */
  readonly requiredFeatures?: readonly Feature[];
  /** Providers, or kinds of them, that a file of the request was uploaded to: no other one knows it. Absent: none. */
  readonly uploadedTo?: readonly string[];
  /** Tokens of the answer that the request allows. Absent: the model's own limit holds. */
  readonly maxOutputTokens?: number;
  /** Answers to the same prompt, each of which is billed. Absent: 1. */
  readonly answers?: number;
  /** Tokens of the expected answer at most: those that are not in the answer are billed as if they were. Absent: none. */
  readonly predictionTokens?: number;
  /** The service shall work before others are served, at its higher price. Absent: it need not. */
  readonly isPriority?: true;
  /** Estimated tokens. */
  readonly promptTokens: number;
  /** Upper bound of tokens. */
  readonly maxPromptTokens: number;
  /** Tokens as counted by the service, by model id. Absent: not counted. */
  readonly exactPromptTokens?: ReadonlyMap<string, number>;
};
