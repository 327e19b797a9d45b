/**
 * Every message between client and server over JSON-RPC, besides LSP's own.
 * A message that is not in this file does not exist. Keys never travel here: see key-channel.ts.
 */
import {
  NotificationType,
  type Position,
  ProgressType,
  type Range,
  RequestType,
  RequestType0,
} from 'vscode-languageserver-protocol';
import type { AskParams, LspParams } from './ask.ts';
import type { AlternativeAnswer, EnginePart, FinishReason, ModelId, TokenLogprob, Usage } from './chat.ts';
import type { AssistantPart, Citation, ToolCall } from './content.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { DiscoverResult } from './discovery.ts';
import type { ErrorData } from './errors.ts';
import type { ExclusionRule } from './exclusion-rules.ts';
import type { InlineCandidate, InlineEvent, InlineState, NearbySymbol } from './inline.ts';
import type { EnsureParams, EnsureProgress, EnsureResult, ModelSuggestion } from './local-models.ts';
import type { ModelDetails } from './model-details.ts';
import type { Model } from './models.ts';
import type { Receipt } from './receipts.ts';
import type { Status } from './status.ts';
import type { TaskType } from './tasks.ts';

/** The code of an answer whose role answers with code. */
export type CodeAnswer = {
  readonly text: string;
  /** LSP language id. `null`: unknown. */
  readonly languageId: string | null;
  /** What `text` replaces in the file of the request. Absent without a file. */
  readonly range?: Range;
};

/** Why the text of an answer is not offered as code. */
export type CodeIssue = {
  /**
   * `no-code`: prose, a question, or commands. `left-out`: code is left out. `edit-without-place`: a diff, or search and
   * replace, that does not match the file. `fragment`: a part of the file. `several-blocks`: any of them may be meant.
   */
  readonly kind: 'no-code' | 'left-out' | 'edit-without-place' | 'fragment' | 'several-blocks';
  /** One sentence. */
  readonly message: string;
};

export type AskResult = {
  readonly text: string;
  /** Absent: the role does not answer with code, or `codeIssue`. */
  readonly code?: CodeAnswer;
  /** The text is no code that could be offered: it is shown as text. Absent: it is, or need not be. */
  readonly codeIssue?: CodeIssue;
  /** Of `text`, the words with which the model declines. Absent: it does not. */
  readonly refusal?: string;
  /** The functions that the model calls before it continues. Absent: none. */
  readonly toolCalls?: readonly ToolCall[];
  /**
   * The answer as parts in their order, which the next turn of the conversation shall hold. Absent: `text`, then
   * `toolCalls`, are all of it.
   */
  readonly content?: readonly AssistantPart[];
  /** What the text refers to; offsets count in `text`. Absent: nothing. */
  readonly citations?: readonly Citation[];
  /** Log probabilities of the text's tokens, in order. Absent: none were reported. */
  readonly logprobs?: readonly TokenLogprob[];
  /** The further answers to the same prompt. Absent: none. */
  readonly alternatives?: readonly AlternativeAnswer[];
  readonly receipt: Receipt;
};

/** One item of a streaming answer, in this order: `start`, deltas with now and then a `code` or a `takeover`, `finish`. */
export type AskPart =
  | { readonly type: 'start'; readonly model: ModelId; readonly cached: boolean; readonly note?: string }
  /** No model may answer before a rate limit ends, which is waited for; `reason` says whose, in a few words. `until`: ISO 8601. */
  | { readonly type: 'wait'; readonly until: string; readonly reason: string }
  /** The conversation of about so many tokens fits into no context: what is older is summarised before it is sent. */
  | { readonly type: 'compaction'; readonly tokens: number }
  /** Another model took over before any text: `reason` says why, one sentence. */
  | { readonly type: 'fallback'; readonly from: ModelId; readonly reason: string }
  /**
   * The answer broke off after its first words and `to` takes over. `continue`: what follows continues where it stopped.
   * `restart`: what was shown so far no longer holds; what follows is the answer from its beginning.
   */
  | {
      readonly type: 'takeover';
      readonly from: ModelId;
      readonly to: ModelId;
      readonly mode: 'continue' | 'restart';
      /** One sentence. */
      readonly reason: string;
    }
  | Exclude<EnginePart, { type: 'finish' | 'text-retraction' }>
  /** The text so far after its first `keptCharacters` (UTF-16) was reasoning and is no part of the answer. */
  | { readonly type: 'text-retraction'; readonly keptCharacters: number }
  /**
   * The answer was not the whole code, no JSON as requested, or its calls do not match their tools; `reason` says why in one
   * sentence: what was shown so far and the calls no longer hold, and the same model is asked once more.
   */
  | { readonly type: 'second-request'; readonly model: ModelId; readonly reason: string }
  /** The code so far, whole each time; for previews. */
  | { readonly type: 'code'; readonly code: CodeAnswer }
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly usage: Usage };

export type Candidate = {
  readonly model: ModelId;
  /** One sentence each. */
  readonly reasons: readonly string[];
  /** Predicted price in US dollars; `worst` is what a hard budget sets aside. `null`: unknown. */
  readonly costUsd: { readonly low: number; readonly high: number; readonly worst: number } | null;
  /** The prompt as this model is expected to count it. */
  readonly promptTokens: number;
  /** Share by which such expectations have been off, in the median: 0.1 is ± 10 %. `null`: not known yet. */
  readonly promptError: number | null;
};

export type Exclusion = {
  readonly model: ModelId;
  /** The rule that excluded it; server/routing/load_balancer_rules.md describes each. */
  readonly rule: ExclusionRule;
  /** One sentence. */
  readonly reason: string;
  /** ISO 8601; when it may return by itself. */
  readonly until?: string;
};

export type ExplainResult = {
  readonly task: TaskType;
  readonly difficulty: number;
  /** 0–1; 1 when the role or the caller named the task. */
  readonly confidence: number;
  /** The prompt holds too little to classify: `task` is `general`, and the strategy for that holds. */
  readonly abstained: boolean;
  /** The strategy that ordered the candidates; `auto` is resolved. */
  readonly strategy: string;
  /** Best first. */
  readonly candidates: readonly Candidate[];
  readonly excluded: readonly Exclusion[];
};

/** Client → server. Answers a prompt; parts stream on `partialResultToken`. */
export const ask = new RequestType<AskParams & LspParams, AskResult, ErrorData>('rumbo/ask');
export const askPart = new ProgressType<AskPart>();

/** Client → server. What `rumbo/ask` would decide and cost. Sends nothing to any provider. */
export const explain = new RequestType<AskParams, ExplainResult, ErrorData>('rumbo/explain');

export type CorrectTaskParams = { readonly prompt: string; readonly task: TaskType };

/** Client → server. Corrects the task type of a prompt. Holds at once; returns how many corrections are stored. */
export const correctTask = new RequestType<CorrectTaskParams, number, ErrorData>('rumbo/tasks/correct');

/** Client → server. Forgets every correction. */
export const forgetCorrections = new RequestType0<null, ErrorData>('rumbo/tasks/forget');

/** Client → server. Answered at once, whatever the server waits for: without an answer its event loop hangs. */
export const ping = new RequestType0<null, ErrorData>('rumbo/ping');

/** Client → server. Providers, models, circuits, budgets, as known now; contacts no provider. */
export const status = new RequestType0<Status, ErrorData>('rumbo/status');

/** Server → client. The status changed; at most ten a second. */
export const statusChanged = new NotificationType<Status>('rumbo/statusChanged');

export type ListModelsParams = {
  /** Absent: every provider. */
  readonly provider?: string;
  /** Ask the providers now. Cloud providers are asked only when named or when they have been used. */
  readonly refresh?: boolean;
};
/** Client → server. The models known, from memory unless `refresh`. */
export const listModels = new RequestType<ListModelsParams, readonly Model[], ErrorData>('rumbo/models/list');

/** Client → server. What is known of models beside what routing needs, from memory; of all, or of those named. */
export const modelDetails = new RequestType<
  { readonly models?: readonly ModelId[] },
  readonly ModelDetails[],
  ErrorData
>('rumbo/models/details');

/** Client → server. Looks for model servers on this workstation now; takes half a second at most. */
export const discover = new RequestType0<DiscoverResult, ErrorData>('rumbo/discover');

/** Client → server. Contacts a provider with its key and lists its models. Rejects with what is wrong. */
export const testProvider = new RequestType<
  { readonly provider: string },
  { readonly models: number },
  ErrorData
>('rumbo/providers/test');

/**
 * Client → server. Closes the circuits of a provider and ends the cool-downs of its keys: the next request tries them again.
 * Contacts no provider.
 */
export const resetProvider = new RequestType<{ readonly provider: string }, null, ErrorData>(
  'rumbo/providers/reset',
);

/**
 * Client → server. Makes a local model ready to answer: fetches it when it is absent, loads it when it is cold.
 * Cancelling stops a download unless another request waits for it too; what has arrived is kept for the next time.
 */
export const ensureModel = new RequestType<EnsureParams, EnsureResult, ErrorData>('rumbo/models/ensure');
export const ensureProgress = new ProgressType<EnsureProgress>();

/** Client → server. Frees the memory of a local model; it stays on disk. */
export const unloadModel = new RequestType<{ readonly model: ModelId }, null, ErrorData>(
  'rumbo/models/unload',
);

/** Client → server. Models worth fetching for this workstation's memory, the best for each use first; contacts no provider. */
export const suggestModels = new RequestType0<readonly ModelSuggestion[], ErrorData>('rumbo/models/suggest');

/** Client → server. Forgets every cached answer; returns how many there were. */
export const clearCache = new RequestType0<number, ErrorData>('rumbo/cache/clear');

/** What asking for prices and limits of models came to. */
export type RegistryRefreshed = {
  /** Sources that were requested, and those whose answer could be read. */
  readonly requested: number;
  readonly readable: number;
  /** What is different now, one sentence each. */
  readonly changes: readonly string[];
  /** What could not be read or is not believed, one sentence each. */
  readonly problems: readonly string[];
};
/**
 * Client → server. Reads what models can do and cost from models.dev, the vendors' pages and the lists of providers
 * that have a key. One at a time: a request while it runs gets its result. Cancelled, it changes nothing.
 */
export const refreshRegistry = new RequestType0<RegistryRefreshed, ErrorData>('rumbo/registry/refresh');

/** Client → server. What a bug report needs; holds no key, no prompt and no answer. */
export const diagnostics = new RequestType0<Diagnostics, ErrorData>('rumbo/diagnostics');

export type Histogram = {
  readonly count: number;
  /** The unit is in the metric's name. */
  readonly sum: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
};
export type Metrics = {
  readonly counters: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, Histogram>>;
};
/** Client → server. Counters and histograms since the server started; labels are part of the name. */
export const metrics = new RequestType0<Metrics, ErrorData>('rumbo/metrics');

/**
 * Client → server. What the user did with a completion item of LSP's own `textDocument/inlineCompletion`. The `command` of
 * each item is `inlineAccepted` with the item's id as its only argument; the client registers it and sends this message.
 */
export const inlineEvent = new NotificationType<InlineEvent>('rumbo/inline/event');

/** Client → server. Stops ghost text of this server at once, or resumes it; lasts until the server ends. */
export const pauseInline = new RequestType<{ readonly paused: boolean }, InlineState, ErrorData>(
  'rumbo/inline/pause',
);

/** Client → server. Every model, whether it may generate ghost text, and the price; contacts no provider. */
export const inlineCandidates = new RequestType0<readonly InlineCandidate[], ErrorData>(
  'rumbo/inline/candidates',
);

/**
 * Server → client, if it has announced `inlineSymbols`. The declarations of the names around a position; the client responds
 * within 40 ms with those it has by then.
 */
export const inlineSymbols = new RequestType<
  { readonly uri: string; readonly position: Position; readonly version: number },
  readonly NearbySymbol[],
  void
>('rumbo/inline/symbols');

/** What a client passes as LSP `initializationOptions`. Each is optional. */
export type InitializationOptions = {
  /** Settings, as in the file of `--config`; for clients without `workspace/configuration`. */
  readonly settings?: unknown;
  /** A folder for what outlives the server. Absent: nothing is written. */
  readonly storagePath?: string;
  /** The editor's proxy and certificate settings. Absent: direct, with the system's certificates. */
  readonly network?: NetworkOptions;
  /** The client answers `rumbo/inline/symbols`. Absent: it does not. */
  readonly inlineSymbols?: boolean;
  /**
   * The client keeps secrets for the server (shared/key-channel.ts). `first`: before the keychain, since the server runs on
   * a remote machine. Absent: it does not.
   */
  readonly editorSecrets?: 'first' | 'available';
};

export type NetworkOptions = {
  /** `http.proxy`. */
  readonly proxy?: string;
  /** `http.proxyAuthorization`. */
  readonly proxyAuthorization?: string;
  /** `http.noProxy`; loopback is never proxied. */
  readonly noProxy?: readonly string[];
  /** `http.proxyStrictSSL`; `false` accepts any certificate of the proxy only. */
  readonly proxyStrictSSL?: boolean;
  /** `http.systemCertificates`. */
  readonly systemCertificates?: boolean;
  /** `off`: no proxy, also none of the environment. Absent: as the other fields state. */
  readonly proxySupport?: 'off';
  /** The proxies of environment variables, for `http` and `https` addresses, where `proxy` is absent. */
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
};
