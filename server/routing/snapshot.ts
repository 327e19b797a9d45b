/** All the balancer knows when it decides. A value: nothing in it changes while a decision is made. */
import type { ModelId, OptionalRequestField } from '../../shared/chat.ts';
import type { Cooldown } from '../../shared/cooldowns.ts';
import type { ModelSpeed, OutputRange, RemainingBudget, TokenRatio } from '../../shared/model-stats.ts';
import type { Model } from '../../shared/models.ts';
import type { Preference } from '../../shared/settings.ts';
import type { Strategy, TaskType } from '../../shared/tasks.ts';

export type TokensLeft = {
  readonly tokens: number;
  /** Milliseconds since 1970; the window is full again. */
  readonly untilMs: number;
};

export type RoutingSnapshot = {
  readonly models: readonly Model[];
  /** Providers that may not be asked now; the others may. */
  readonly cooldowns: ReadonlyMap<string, Cooldown>;
  /** Models that may not be asked although their provider may, by model id. */
  readonly modelCooldowns: ReadonlyMap<string, Cooldown>;
  /** What is left of token windows, by model id. Missing: nobody told, or enough. */
  readonly tokensLeft: ReadonlyMap<string, TokensLeft>;
  /** By model id, on prompts of this size. Missing: never measured. */
  readonly speeds: ReadonlyMap<string, ModelSpeed>;
  /** By family of models. Missing: it is taken to count as we do. */
  readonly tokenRatios: ReadonlyMap<string, TokenRatio>;
  /** How long answers to this task type have been. Absent: nobody knows yet. */
  readonly outputRange?: OutputRange | undefined;
  /** The model that has read the beginning of this conversation lately. Absent: none. */
  readonly warmPrefix?: { readonly model: ModelId; readonly tokens: number } | undefined;
  /** Milliseconds until a local model that is not in memory has been loaded, by model id. Missing: it is in memory, or nobody knows. */
  readonly coldStartMs: ReadonlyMap<string, number>;
  /** Local models that can do this kind of work, those known to be good at it first. The same order as server/local/defaults.ts gives. */
  readonly recommendedLocal: readonly ModelId[];
  /** Answers being given now, by provider. */
  readonly inFlight: ReadonlyMap<string, number>;
  readonly strategy: Strategy;
  readonly priorityOrder: readonly string[];
  readonly taskTypes: Readonly<Partial<Record<TaskType, Preference>>>;
  readonly roles: Readonly<Record<string, Preference>>;
  /** What one more request may cost at worst. */
  readonly remainingBudget: RemainingBudget;
  /** Where it is less for one provider, by its name. */
  readonly remainingBudgetByProvider: ReadonlyMap<string, RemainingBudget>;
};

/** What is known of the request itself. */
export type RoutingCriteria = {
  readonly task: TaskType;
  readonly role?: string;
  /** 0–1. */
  readonly difficulty: number;
  /** `provider/model` this request names. */
  readonly model?: string;
  /** Only models of a higher tier than this one's may answer. Absent: no model has failed its user. */
  readonly strongerThan?: string;
  /** Models of a lower tier come last: for prompts like this they were too weak. Absent: nobody said so. */
  readonly minTier?: number;
  /** It touches a file that `rumbo.privacy.localOnly` matches. */
  readonly localOnly: boolean;
  /** It offers tools, or talks about having called some. */
  readonly needsTools: boolean;
  /** It holds pictures. */
  readonly needsVision: boolean;
  /** Fields of the request that its model has to honour. Absent: none. */
  readonly requiredFields?: readonly OptionalRequestField[];
  /** Tokens of the answer that the request allows. Absent: the model's own limit holds. */
  readonly maxOutputTokens?: number;
  /** Tokens, by estimate. */
  readonly promptTokens: number;
  /** Tokens, at worst. */
  readonly maxPromptTokens: number;
  /** Tokens as the service itself counted them, by model id. Absent: nobody was asked to count. */
  readonly exactPromptTokens?: ReadonlyMap<string, number>;
};
