/** The contract of a wire format: how a family of services frames chat over HTTP. Pure: no network here. */
import type {
  CompletionRequest,
  EnginePart,
  FillRequest,
  OptionalRequestField,
  TextRequest,
} from '../../shared/chat.ts';
import type { RumboError } from '../../shared/errors.ts';
import type { StreamEvent } from '../platform/event-stream.ts';

/** A model as its service lists it. An absent field was not said. */
export type ModelInfo = {
  /** The name to send back to the service. */
  readonly name: string;
  /** Tokens of context that requests may use now; for a local engine what it has allocated. */
  readonly contextTokens?: number;
  /** Most tokens of one answer. */
  readonly maxOutputTokens?: number;
  /** Answered by somebody else's machine although the engine is local (Ollama's `:cloud` models). */
  readonly remote?: boolean;
  readonly tools?: boolean;
  readonly vision?: boolean;
};

/**
 * One POST: a path below the provider's base URL, and a body to be sent as JSON. A path that begins with `/../` stands
 * beside the version (`/v1`) instead of below it.
 */
export type WireRequest = { readonly path: string; readonly body: unknown };

/** The HTTP answer to a request that was refused. */
export type ErrorResponse = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most the first 64 KiB, as text; often not JSON. */
  readonly body: string;
};

/** One thing a service can be asked to stream: how the question is written, how the answer is read. */
export interface StreamFormat<Request> {
  /** How the streamed body is cut into events. */
  readonly framing: 'sse' | 'ndjson';
  encode(model: string, request: Request): WireRequest;
  /**
   * A fresh decoder for one streamed answer.
   * @param request what was asked, for services that repeat a beginning they are to continue
   */
  decoder(request?: Request): StreamDecoder;
}

/** How texts become vectors. */
export interface EmbeddingFormat {
  encode(model: string, texts: readonly string[]): WireRequest;
  /** One vector for each text, in their order. Throws `bad-response` on a shape that cannot be read. */
  decode(body: unknown): Embeddings;
}

/** How a service counts the tokens of a request, at no cost and without answering it. */
export interface CountFormat {
  encode(model: string, request: CompletionRequest): WireRequest;
  /** Tokens of the whole prompt, tools and pictures too. `undefined`: it cannot be read. */
  decode(body: unknown): number | undefined;
}

export type Embeddings = {
  readonly vectors: readonly (readonly number[])[];
  /** Tokens of all texts. Absent: the service did not say. */
  readonly inputTokens?: number;
};

export interface WireFormat {
  /** Chat, for this model: some services have two faces. */
  chat(model: string): StreamFormat<CompletionRequest>;
  /**
   * Fields of a chat request that this model's service has no place for: `encode` leaves them out. `toolChoice` means
   * that a call cannot be forced; `auto` and `none` are honoured by every service. Absent: none.
   */
  unsupportedFields?(model: string): readonly OptionalRequestField[];
  /** Fill in the middle. Absent: the service has no endpoint for it. */
  readonly fill?: StreamFormat<FillRequest>;
  /** Text that goes on from a text. Absent: the service only chats. */
  readonly text?: StreamFormat<TextRequest>;
  /** Absent: the service has none. */
  readonly embeddings?: EmbeddingFormat;
  /** Absent: the service does not count. */
  readonly count?: CountFormat;
  /**
   * Whether this model goes on from an assistant's message at the end of the conversation. Absent: none does, or
   * nobody promises it.
   */
  supportsPrefill?(model: string): boolean;
  /** GET here for the list of models, below the base URL. */
  readonly modelsPath: string;
  /** Asked when the service does not know `modelsPath`. Absent: there is no other. */
  readonly fallbackModelsPath?: string;
  /** Models that can chat. Throws `bad-response` on a shape that cannot be read. */
  decodeModels(body: unknown): readonly ModelInfo[];
  /** A second GET whose answer completes the list; the list stands without it. Absent: the list says it all. */
  readonly details?: {
    readonly path: string;
    /** The models with what was learnt; as they were where `body` cannot be read. */
    merge(models: readonly ModelInfo[], body: unknown): readonly ModelInfo[];
  };
  /**
   * The request without the field that this refusal names as unknown (`stream_options`, a sampling parameter, a token
   * limit under its other name). Absent, or `undefined`: nothing can be left out. Asked for each refusal, at
   * once, a few fields at most.
   */
  dropUnsupportedField?(request: WireRequest, refusal: ErrorResponse): WireRequest | undefined;
  /** What a refusal means: the kind by status first, then by the body's own code, never by prose alone. */
  toError(refusal: ErrorResponse): RumboError;
}

/** Turns one answer's events into parts; holds the state between them. */
export interface StreamDecoder {
  /**
   * The finish reason has been read. What may still come is usage and the end marker, neither worth a long wait:
   * `end()` gives the `finish` without them.
   */
  readonly hasFinishReason: boolean;
  /** Parts of one event; `finish` comes once, when the answer is known to be complete. Throws `RumboError` for an error sent inside the stream. */
  read(event: StreamEvent): readonly EnginePart[];
  /**
   * The body ended. Returns the `finish` when the answer was complete without its end marker (finish reason seen).
   * Throws `interrupted` when it was not, `bad-response` when nothing at all had come.
   */
  end(): readonly EnginePart[];
}
