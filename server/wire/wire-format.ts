/** The contract of a wire format: how a family of services encodes requests and streams answers over HTTP. Pure: no network here. */
import type {
  CompletionRequest,
  EnginePart,
  FillRequest,
  PartialUsage,
  TextRequest,
} from '../../shared/chat.ts';
import type { WireName } from '../../shared/content.ts';
import type { RumboError } from '../../shared/errors.ts';
import type { WireFeatures } from '../../shared/features.ts';
import type { StreamEvent } from '../platform/stream-event.ts';

/** A model as its service lists it. An absent field was not reported. */
export type ModelInfo = {
  /** The name to send back to the service. */
  readonly name: string;
  /** Tokens of context that requests may use now; for a local engine the allocated context. */
  readonly contextTokens?: number;
  /** Max tokens of one answer. */
  readonly maxOutputTokens?: number;
  /** Runs on a remote machine although the engine is local (Ollama's `:cloud` models). */
  readonly remote?: boolean;
  readonly tools?: boolean;
  readonly vision?: boolean;
};

/**
 * One POST: a path below the provider's base URL, and a body to be sent as JSON. A path that begins with `/../` is a
 * sibling of the version (`/v1`) instead of below it.
 */
export type WireRequest = { readonly path: string; readonly body: unknown };

/** A field that a service rejects, by its path in the body, and its other name where it has one. */
export type RejectedField = { readonly name: string; readonly alternateName?: string };

/** An HTTP response with an error. */
export type ErrorResponse = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most the first 64 KiB, as text; often not JSON. */
  readonly body: string;
};

/** One kind of request whose answer a service streams: how the request is encoded and the answer decoded. */
export interface StreamFormat<Request> {
  /** How the streamed body is cut into events. */
  readonly framing: 'sse' | 'ndjson';
  encode(model: string, request: Request): WireRequest;
  /**
   * A fresh decoder for one streamed answer.
   * @param request for services that repeat a prefix before they continue it
   */
  decoder(request?: Request): StreamDecoder;
}

/** How a service embeds texts. */
export interface EmbeddingFormat {
  encode(model: string, texts: readonly string[]): WireRequest;
  /** One vector for each text, in their order. Throws `bad-response` on a shape that cannot be read. */
  decode(body: unknown): Embeddings;
}

/** How a service counts the tokens of a request, free of charge and without answering it. */
export interface CountFormat {
  encode(model: string, request: CompletionRequest): WireRequest;
  /** Tokens of the whole prompt, including tools and images. `undefined`: unreadable. */
  decode(body: unknown): number | undefined;
}

export type Embeddings = {
  readonly vectors: readonly (readonly number[])[];
  /** Tokens of all texts. Absent: not reported. */
  readonly inputTokens?: number;
};

/** What a service has of the features of a conversation; what it has nothing for, `encode` leaves out. */
export type WireSupport = { readonly name: WireName; readonly features: WireFeatures };

export interface WireFormat {
  /** Of chat with this model. */
  support(model: string): WireSupport;
  /** Chat with this model: some services have two APIs. */
  chat(model: string): StreamFormat<CompletionRequest>;
  /** Fill in the middle. Absent: the service has no endpoint for it. */
  readonly fill?: StreamFormat<FillRequest>;
  /** Continuation of a plain text. Absent: the service only chats. */
  readonly text?: StreamFormat<TextRequest>;
  /** Absent: the service has none. */
  readonly embeddings?: EmbeddingFormat;
  /** Absent: the service does not count. */
  readonly count?: CountFormat;
  /**
   * Whether this model continues an assistant's message at the end of the conversation. Absent: none does, or the
   * service does not document it.
   */
  supportsPrefill?(model: string): boolean;
  /** GET here for the list of models, below the base URL. */
  readonly modelsPath: string;
  /** Requested when the service does not have `modelsPath`. Absent: there is no other. */
  readonly fallbackModelsPath?: string;
  /** Models that can chat. Throws `bad-response` on a shape that cannot be read. */
  decodeModels(body: unknown): readonly ModelInfo[];
  /** A second GET whose response completes the list; the list is valid without it. Absent: the list is complete. */
  readonly details?: {
    readonly path: string;
    /** The models with further facts; unchanged where `body` is unreadable. */
    merge(models: readonly ModelInfo[], body: unknown): readonly ModelInfo[];
  };
  /**
   * The field of this request that this error names as rejected (`stream_options`, a sampling parameter, a token limit
   * under its other name). `undefined`, or the method absent: none that an answer could do without.
   */
  rejectedField?(request: WireRequest, response: ErrorResponse): RejectedField | undefined;
  /** The request without a field that is no path into its body. `undefined`, or the method absent: it is one, or not in it. */
  withoutField?(request: WireRequest, name: string): WireRequest | undefined;
  /** The error that a response means: the kind by status first, then by the body's own code, never by its message alone. */
  toError(response: ErrorResponse): RumboError;
}

/** Decodes one answer's events into parts; holds the state between them. */
export interface StreamDecoder {
  /**
   * The answer may be complete, but more may follow: after a short silence, or when the body ends, `end()` returns the
   * `finish`.
   */
  mayEnd(): boolean;
  /** What the service has reported so far, for an answer that breaks off. Absent: nothing. */
  reportedUsage?(): PartialUsage | undefined;
  /** Parts of one event; `finish` is returned once, when the answer is complete. Throws `RumboError` for an error sent inside the stream, and `interrupted` for an event that cannot be read. */
  read(event: StreamEvent): readonly EnginePart[];
  /**
   * The body ended. Returns the `finish` when the answer was complete without its end marker (`mayEnd`).
   * Throws `interrupted` when it was not, `bad-response` when nothing at all had arrived.
   */
  end(): readonly EnginePart[];
}
