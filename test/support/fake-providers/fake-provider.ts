/** Options and record of a fake provider, and the contract of one vendor's framing. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** One answer. Words are sent one event each. */
export type FakeReply = {
  readonly text: string;
  /** Sent before the text. */
  readonly reasoning?: string;
  /** Sent after the text, one event each. */
  readonly toolCalls?: readonly FakeToolCall[];
  /** Absent: `stop`, or `tool-calls` when there are some. */
  readonly finish?: FakeFinish;
  /** Absent: words of the request's JSON in, words of the answer out. */
  readonly usage?: FakeUsage;
};

export type FakeFinish = 'stop' | 'length' | 'tool-calls';

/** A call as the model makes it. */
export type FakeToolCall = {
  /** Absent: `call_<index>`. */
  readonly id?: string;
  readonly name: string;
  /** JSON text of an object. */
  readonly input: string;
  /** Gemini's thought signature. */
  readonly signature?: string;
};

/** Tokens as totals; each vendor takes apart what it counts apart. Absent details: 0. */
export type FakeUsage = {
  readonly input: number;
  readonly output: number;
  readonly cachedRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
};

/** An error response instead of an answer. */
export type FakeFailure = {
  readonly status: number;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Fails this many requests and then answers again. Absent: fails until `fail` is cleared. */
  times?: number;
};

/**
 * A fault of the connection. `hang`: the head never arrives. `reset`: the socket is reset after so many words.
 * `end`: the body ends cleanly, without finish reason or end marker. `stall`: silence, the socket open.
 * `custom`: anything else.
 */
export type FakeFault =
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' | 'end' | 'stall'; readonly afterWords: number }
  | { readonly kind: 'custom'; readonly behavior: FakeBehavior };

/** One chat that waits for its answer. */
export type Exchange = {
  /** How many chats came before this one. */
  readonly index: number;
  readonly request: FakeRequest;
  /** Nothing has been written to it yet. */
  readonly response: ServerResponse;
  readonly contentType: string;
  readonly reply: FakeAnswer;
  /** A fresh stream in the service's framing; it remembers what came before. */
  stream(): ReturnType<Framing['stream']>;
  refuse(failure: FakeFailure): void;
  /** Answers without a fault. */
  sendAnswer(): Promise<void>;
};

/** How a service handles a chat. */
export type FakeBehavior = (exchange: Exchange) => void | Promise<void>;

export type FakeOptions = {
  /** Absent: the framing's own single model. */
  readonly models?: readonly string[];
  /** Absent: “Hello from the fake.” */
  readonly reply?: string | FakeReply | ((body: Body) => string | FakeReply);
  /** Milliseconds before each word after the first. Absent: 0. */
  readonly delayMs?: number;
  /** Milliseconds before the head. Absent: 0. */
  readonly headDelayMs?: number;
  /** The only key it accepts. Absent: requires none. */
  readonly key?: string;
  /** Sent with every response to a POST, also an error: the remaining rate limits. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For POSTs only; the list of models stays reachable. */
  readonly fail?: FakeFailure;
  readonly fault?: FakeFault;
  /** PEM texts; it then answers at an https address. Absent: http. */
  readonly tls?: { readonly key: string; readonly cert: string };
};

export type Body = Readonly<Record<string, unknown>>;

export type FakeRequest = {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON; `undefined` when there was none. */
  readonly body: Body | undefined;
  /** The client closed the socket before the answer was whole. */
  aborted: boolean;
  /** `performance.now()` of that moment. */
  abortedAt?: number;
  /** The answer was sent to its end. */
  finished: boolean;
};

/** Every option can be changed while it runs; the next request sees it. */
export type FakeProvider = {
  models: readonly string[];
  reply: NonNullable<FakeOptions['reply']>;
  delayMs: number;
  headDelayMs: number;
  key: string | undefined;
  headers: Readonly<Record<string, string>>;
  fail: FakeFailure | undefined;
  fault: FakeFault | undefined;
  /** The value for `rumbo.providers.<name>.baseUrl`. */
  readonly baseUrl: string;
  readonly requests: readonly FakeRequest[];
  /** Sockets it has accepted so far. */
  readonly connections: number;
  /** POSTs to a model: the chats. */
  readonly chats: readonly FakeRequest[];
  close(): Promise<void>;
};

/** A reply with everything decided. */
export type FakeAnswer = {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly (FakeToolCall & { readonly id: string })[];
  readonly finish: FakeFinish;
  readonly usage: Required<FakeUsage>;
};

/** How one vendor encodes it. */
export type Framing = {
  readonly contentType: string;
  /** Sent with every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Appended to the origin to make `baseUrl`. */
  readonly basePath: string;
  readonly defaultModels: readonly string[];
  keyIn(headers: IncomingMessage['headers']): string | undefined;
  /** The JSON (or text) of a GET; `undefined` is a 404. */
  get(path: string, models: readonly string[]): unknown;
  /** The JSON of a POST that needs no model; `undefined`: it needs one. Absent: all do. */
  lookup?(path: string, body: Body, models: readonly string[]): unknown;
  /** The model a POST names; `undefined` when nothing is served there, which is a 404. */
  modelOf(path: string, body: Body): string | undefined;
  /** The error with which the service rejects this body. Absent: it accepts any. */
  rejection?(path: string, body: Body, model: string): FakeFailure | undefined;
  /** The JSON of an unstreamed POST. `undefined`: it is streamed. Absent: all are. */
  unstreamed?(path: string, body: Body, model: string, answer: FakeAnswer): unknown;
  readonly unauthorized: FakeFailure;
  notFound(model: string | undefined): FakeFailure;
  /** A fresh stream; each method gives the text of its events. */
  stream(
    model: string,
    body: Body,
    path: string,
  ): {
    start(usage: Required<FakeUsage>): string;
    reasoning(word: string): string;
    text(word: string): string;
    toolCall(call: FakeAnswer['toolCalls'][number], index: number): string;
    finish(reason: FakeFinish, usage: Required<FakeUsage>): string;
  };
};
