/** The vocabulary of every layer: one request in, a stream of parts out. */
import type {
  AssistantPart,
  AudioPart,
  CacheLifetime,
  Citation,
  HostedPart,
  ImagePart,
  TextPart,
  ToolCall,
  ToolResultPart,
  UserPart,
  WireName,
} from './content.ts';

/** `provider/model`; the model's own name may hold more slashes (`groq/openai/gpt-oss-20b`). */
export type ModelId = `${string}/${string}`;

export type Message =
  /** At the beginning, or later: what holds from there on. Several of them are several parts. */
  | { readonly role: 'system'; readonly content: string | readonly TextPart[] }
  | { readonly role: 'user'; readonly content: string | readonly UserPart[] }
  | {
      readonly role: 'assistant';
      readonly content: string | readonly AssistantPart[];
      /** Calls after everything in `content`. Absent: none, or they are in `content`. */
      readonly toolCalls?: readonly ToolCall[];
    }
  /** The result of a called function. */
  | {
      readonly role: 'tool';
      readonly toolCallId: string;
      readonly toolName: string;
      readonly content: string | readonly ToolResultPart[];
      /** The tool failed, and the content says why. Absent: it did not. */
      readonly isError?: true;
    };

/** A function the model may ask to have called. */
export type FunctionTool = {
  /** Absent: `function`. */
  readonly type?: 'function';
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of an object. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** Tools of one namespace may have names that another one has. Absent: none. */
  readonly namespace?: string;
  /** The service holds the arguments to the schema. Absent: they may differ. */
  readonly isStrict?: true;
  readonly cache?: CacheLifetime;
};

/** A tool that takes plain text. https://platform.openai.com/docs/guides/function-calling#custom-tools */
export type CustomTool = {
  readonly type: 'custom';
  readonly name: string;
  readonly description?: string;
  readonly namespace?: string;
  /** Absent: any text. */
  readonly grammar?: Grammar;
};

/** A tool that the service itself runs, such as a web search, in the service's own format. */
export type HostedTool = {
  readonly type: 'hosted';
  readonly wire: WireName;
  readonly name: string;
  readonly definition: Readonly<Record<string, unknown>>;
};

export type Tool = FunctionTool | CustomTool | HostedTool;

/** A formal language: `gbnf` of llama.cpp, `lark`, or a regular expression. */
export type Grammar = { readonly syntax: 'gbnf' | 'lark' | 'regex'; readonly text: string };

/** What the answer's text must be. */
export type ResponseFormat =
  | {
      readonly type: 'json';
      /** JSON Schema. Absent: any JSON object. */
      readonly schema?: Readonly<Record<string, unknown>>;
      readonly name?: string;
      readonly description?: string;
      /** The service holds the answer to the schema. Absent: it may differ. */
      readonly isStrict?: true;
    }
  | { readonly type: 'grammar'; readonly grammar: Grammar };

/** From none to the most; a model without the level gets the nearest that it has. */
export const reasoningEfforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type ReasoningEffort = (typeof reasoningEfforts)[number];

/** How much the model thinks before it answers. Absent fields: its default. */
export type ReasoningOptions = {
  readonly effort?: ReasoningEffort;
  /** Tokens of thinking at most. */
  readonly budgetTokens?: number;
};

/** What the answer holds beside text. */
export type OutputOptions = {
  readonly images?: true;
  readonly audio?: { readonly voice: string; readonly format: string };
};

/** Whether the model may call tools, must call one, or must call the one named. */
export type ToolChoice =
  | 'auto'
  | 'none'
  | 'required'
  | { readonly type: 'tool'; readonly toolName: string; readonly namespace?: string };

/** Identifiers a client passes to the service. Neither may name a person. */
export type RequestMetadata = {
  /** One conversation or task; services use it to find what they have cached. */
  readonly session?: string;
  /** One end user, so that a service can tell abuse apart. */
  readonly user?: string;
};

/** What waits for the answer: a user who is typing, a user who sent a request, or nothing. A provider's queue is ordered by it. */
export const urgencies = ['typing', 'interactive', 'background'] as const;
export type Urgency = (typeof urgencies)[number];

/** A chat request to an engine. Routing has already been decided. */
export type CompletionRequest = {
  /** One of the assistant's at the very end is a beginning to be continued; only for engines that can (`Engine.supportsPrefill`). */
  readonly messages: readonly Message[];
  /** Absent: none. */
  readonly tools?: readonly Tool[];
  /** Absent: `auto`. */
  readonly toolChoice?: ToolChoice;
  /** `false`: the model calls at most one tool before it waits for the result. Absent: the service's default. */
  readonly parallelToolCalls?: boolean;
  /** Tokens. Absent: the model's own limit, or the wire format's default where one is required. */
  readonly maxOutputTokens?: number;
  /** 0–2. Absent: the model's default. */
  readonly temperature?: number;
  /** Nucleus sampling, above 0 to 1. Absent: the model's default. */
  readonly topP?: number;
  /** Texts that end the answer and are not part of it. Absent: the model's own end. */
  readonly stop?: readonly string[];
  /** An integer that makes sampling repeatable where the service supports it. Absent: random. */
  readonly seed?: number;
  /** Session and user, for services that tell them apart. Absent: not sent. */
  readonly metadata?: RequestMetadata;
  /** Above 0: the most likely tokens to choose from. Absent: the model's default. */
  readonly topK?: number;
  /** −2–2. Absent: 0. */
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  /** Absent: the model's default. */
  readonly reasoning?: ReasoningOptions;
  /** Absent: plain text. */
  readonly responseFormat?: ResponseFormat;
  /** What most of the answer will be, as the caller expects, such as the file before a small change. */
  readonly prediction?: string;
  /** How urgently the service shall work. Absent: as usual. */
  readonly serviceTier?: ServiceTier;
  /** Log probabilities of each token, with as many alternatives, 0–20. Absent: none. */
  readonly logprobs?: number;
  /** Answers to the same prompt, 1–8. Absent: 1. */
  readonly answerCount?: number;
  /** Absent: text alone. */
  readonly output?: OutputOptions;
  /** No word at all is an answer, too. Absent: false, and such an answer is a failure. */
  readonly mayBeEmpty?: boolean;
  /** Absent: `interactive`. */
  readonly urgency?: Urgency;
  /** There is no other candidate: a longer wait is better than none. Absent: false. */
  readonly lastResort?: boolean;
  /** Called for each try that fails after the service has accepted it, so that it may be billed, with what the service had reported. */
  readonly onBilledFailure?: (usage: PartialUsage | undefined) => void;
  readonly beforeSend?: BeforeSend;
};

/**
 * Awaited before each try is sent, also one that a refusal has adapted, with the tokens of the answer that it asks for; `undefined`: it has
 * no such limit. Nothing is sent when it rejects.
 */
export type BeforeSend = (maxOutputTokens: number | undefined) => Promise<void>;

/** Another text sent along with a fill-in-the-middle request: a file or a part of one. */
export type CodeSnippet = {
  /** A path a reader would recognise it by, relative where it can be. */
  readonly name: string;
  readonly text: string;
};

/** What is the same for every text that is written without a conversation. */
type WritingLimits = {
  /** Tokens. 0: the prompt is read and nothing is written. Absent: the model's own limit. */
  readonly maxOutputTokens?: number;
  /** Texts that end the answer, and are not part of it. Absent: the model's own end. */
  readonly stop?: readonly string[];
  /** 0–2. Absent: the model's default. */
  readonly temperature?: number;
  /**
   * Which of the engine's prompt slots is used, from 0, so that it does not process the same prefix again. Only for
   * engines that take a slot. Absent: the engine chooses.
   */
  readonly slot?: number;
  /** Milliseconds from the first token on; an answer that has a line by then ends. Only for engines that can. Absent: none. */
  readonly budgetMs?: number;
  /** As in `CompletionRequest`. */
  readonly onBilledFailure?: (usage: PartialUsage | undefined) => void;
  readonly beforeSend?: BeforeSend;
  readonly urgency?: Urgency;
  readonly lastResort?: boolean;
};

/** Fill in the middle: the text between two texts. */
export type FillRequest = WritingLimits & {
  readonly prefix: string;
  readonly suffix: string;
  /** Further texts, in reading order. Left out for services that accept only two texts. Absent: none. */
  readonly snippets?: readonly CodeSnippet[];
};

/** A text to be continued without a template: text of special tokens is read as tokens. */
export type TextRequest = WritingLimits & { readonly prompt: string };

/** Whatever an engine streams an answer to. */
export type EngineRequest = CompletionRequest | FillRequest | TextRequest;

export const isFill = (request: EngineRequest): request is FillRequest => 'prefix' in request;
export const isText = (request: EngineRequest): request is TextRequest => 'prompt' in request;

/** How urgently a service works: `batch` within a day, `flex` with spare capacity, `priority` before others. */
export const serviceTiers = ['batch', 'flex', 'priority'] as const;
export type ServiceTier = (typeof serviceTiers)[number];

/** Tokens, as totals: `cachedRead` and `cacheWrite` are inside `input`, `reasoning` is inside `output`. */
export type Usage = {
  readonly input: number;
  readonly cachedRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
  /** Of `cacheWrite`, what is kept for an hour instead of some minutes. Absent: none. */
  readonly cacheWriteHour?: number;
  /** How urgently the service says it worked. Absent: as usual. */
  readonly serviceTier?: ServiceTier;
  /** US dollars that the service says it charges, above 0. Absent: not reported. */
  readonly costUsd?: number;
  /** Inside `input` and `output`, where the service reports them. */
  readonly imageInput?: number;
  readonly audioInput?: number;
  readonly imageOutput?: number;
  readonly audioOutput?: number;
  /** Of `output`: tokens of the request's prediction that were used, and those that were billed in vain. */
  readonly acceptedPrediction?: number;
  readonly rejectedPrediction?: number;
};

/** What is known of an answer's usage; an absent field was not reported, or not believable. */
export type PartialUsage = { readonly [Field in keyof Usage]?: Usage[Field] } & {
  /** Input and output together, where neither is known. */
  readonly total?: number;
};

export const noUsage: Usage = { input: 0, cachedRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };

/** `refusal`: the model declined, in its own words. `content-filter`: its service stopped it. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'refusal' | 'other';

/** One token of the answer with its log probability, and the alternatives, the most likely first. */
export type TokenLogprob = {
  readonly token: string;
  readonly logprob: number;
  readonly top?: readonly { readonly token: string; readonly logprob: number }[];
};

/** A further answer to the same prompt. */
export type AlternativeAnswer = {
  readonly text: string;
  readonly toolCalls?: readonly ToolCall[];
  readonly logprobs?: readonly TokenLogprob[];
  readonly reason: FinishReason;
};

/** What an engine says: any number of deltas and calls, and last of all one `finish`. */
export type EnginePart =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'reasoning-delta'; readonly text: string }
  /** All text so far was reasoning: its closing tag came, and the model's template had put the opening one into the prompt. */
  | { readonly type: 'text-retraction' }
  /** A thought is complete. `signature`: what the service wants back unchanged with it. */
  | { readonly type: 'reasoning-end'; readonly signature?: string }
  | { readonly type: 'refusal-delta'; readonly text: string }
  /** The text refers to a source; offsets count from the beginning of this model's text. */
  | { readonly type: 'citation'; readonly citation: Citation }
  /** What the service wants back unchanged with the text before it. */
  | { readonly type: 'text-signature'; readonly signature: string }
  | ({ readonly type: 'tool-call' } & ToolCall)
  | ImagePart
  | AudioPart
  | HostedPart
  | { readonly type: 'logprobs'; readonly tokens: readonly TokenLogprob[] }
  /** Whole, before `finish`. */
  | ({ readonly type: 'alternative' } & AlternativeAnswer)
  | {
      readonly type: 'finish';
      readonly reason: FinishReason;
      /** The text of `stop` that ended the answer. Absent: none, or not reported. */
      readonly stopSequence?: string;
      /** Why the service ended it, in its words. Absent: not reported. */
      readonly detail?: string;
      /** Only an end marker came, and no finish reason, in a format that has both. Absent: the end is certain. */
      readonly hasNoReason?: true;
      /** The model that answered instead of the requested one, by the gateway's name of it. Absent: the requested one. */
      readonly servedBy?: string;
      /** Absent when the service did not say; it is then estimated and marked. */
      readonly usage?: Usage;
      /** What the service reported where that is not the whole usage. Absent: nothing, or all. */
      readonly partialUsage?: PartialUsage;
      /** Names of calls that the output limit or a filter cut; they are left out. Absent: none. */
      readonly cutCalls?: readonly string[];
    };

/** `provider/model` from its two halves. */
export const modelId = (provider: string, model: string): ModelId => `${provider}/${model}`;

/** The provider of a model id: the part before the first slash. */
export const providerOf = (id: string): string => id.slice(0, Math.max(0, id.indexOf('/')));
