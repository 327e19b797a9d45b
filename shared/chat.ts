/** The vocabulary every floor speaks: one request in, a stream of parts out. */

/** `provider/model`; the model's own name may hold more slashes (`groq/openai/gpt-oss-20b`). */
export type ModelId = `${string}/${string}`;

export type Message = {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
};

/** What an engine is asked. Everything about routing has been decided before. */
export type CompletionRequest = {
  readonly messages: readonly Message[];
  /** Tokens. Absent: the model's own limit, or the wire format's default where one is required. */
  readonly maxOutputTokens?: number;
  /** 0–2. Absent: the model's default; left out for services that refuse it. */
  readonly temperature?: number;
};

/** Tokens, as totals: `cachedRead` and `cacheWrite` are inside `input`, `reasoning` is inside `output`. */
export type Usage = {
  readonly input: number;
  readonly cachedRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
};

export const noUsage: Usage = { input: 0, cachedRead: 0, cacheWrite: 0, output: 0, reasoning: 0 };

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other';

/** What an engine says: any number of deltas and calls, and last of all one `finish`. */
export type EnginePart =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'reasoning-delta'; readonly text: string }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly input: string }
  /** `usage` is absent when the service did not say; the meter then estimates and marks it. */
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly usage?: Usage };

/** `provider/model` from its two halves. */
export const modelId = (provider: string, model: string): ModelId => `${provider}/${model}`;

/** The provider of a model id: what stands before the first slash. */
export const providerOf = (id: string): string => id.slice(0, Math.max(0, id.indexOf('/')));
