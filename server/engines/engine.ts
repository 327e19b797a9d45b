/** The one contract between the router and a service that runs models. */
import type { CompletionRequest, EnginePart, EngineRequest } from '../../shared/chat.ts';
import type { Source } from '../../shared/models.ts';
import type { ProviderFacts } from '../../shared/provider-facts.ts';
import type { ModelFamily } from '../registry/facts.ts';
import type { Embeddings, ModelInfo, WireFormat } from '../wire/wire-format.ts';
import type { LocalEngineFeatures } from './local-engine.ts';
import type { ModelNames } from './model-names.ts';

export interface Engine {
  /** The provider's name. */
  readonly provider: string;
  /** Models that answer now. Rejects with `RumboError`; stops when `signal` aborts. */
  listModels(signal: AbortSignal): Promise<readonly ModelInfo[]>;
  /**
   * Streams one answer; the last part is always `finish`.
   * Rejects with `RumboError` (`cancelled` when `signal` aborts, which closes the socket; `invalid-request` for a
   * `FillRequest` or `TextRequest` that service or model do not support: chat may work all the same).
   */
  stream(model: string, request: EngineRequest, signal: AbortSignal): AsyncIterable<EnginePart>;
  /** One vector for each text. Absent: the service has none. Rejects with `RumboError`. */
  embed?(model: string, texts: readonly string[], signal: AbortSignal): Promise<Embeddings>;
  /**
   * Tokens of the prompt, as the service itself counts them, free of charge. `undefined`: the service returned no count.
   * Rejects only with `cancelled`. Absent: the service does not count.
   */
  countTokens?(model: string, request: CompletionRequest, signal: AbortSignal): Promise<number | undefined>;
  /** Whether the model continues an assistant's message at the end of the conversation. */
  supportsPrefill(model: string): boolean;
}

/** `required`: nothing is sent without a key. `optional`: a key is sent when there is one. */
type KeyUse = { readonly key: 'required'; readonly keyVariable: string } | { readonly key: 'optional' };

/** A row of the README. What the wire format tells is derived from it. */
export type ReadmeRow = {
  /** The page of its API. */
  readonly docs: string;
  /** The API that chat uses. */
  readonly chat: string;
  /** Absent: `tools, images`. */
  readonly inputs?: string;
  /** Fill in the middle. Absent: by the wire format. */
  readonly fill?: string;
  /** What the engine is verified with. */
  readonly verifiedBy: string;
};

/**
 * A service as a page of data. `shared/providers.ts`, environment variables, redaction of keys, sources of model facts and
 * the README's row are derived from it.
 */
export type EngineDefinition = ProviderFacts &
  LocalEngineFeatures &
  KeyUse & {
    /** The value of `rumbo.providers.<name>.kind`. */
    readonly kind: string;
    readonly label: string;
    readonly source: Source;
    /** Without a trailing slash. Absent: the user sets it (`openai-compatible`). */
    readonly baseUrl?: string;
    /** Appended to a base URL that does not end in a version (`v1`, `v1beta`). Absent: the base URL stays unchanged. */
    readonly version?: string;
    /**
     * The path of a base URL without what users append to it since other services have it: a version, or an endpoint.
     * Absent: the path stays as it is, and a version is not appended twice.
     */
    readonly basePath?: (path: string) => string;
    /** Headers of every request. */
    readonly headers: (key: string | undefined) => Readonly<Record<string, string>>;
    /** The base URL that the environment names, normalised. Absent: the environment is not read. */
    readonly baseUrlFromEnv?: (env: Readonly<Record<string, string | undefined>>) => string | undefined;
    readonly wire: WireFormat;
    /** Which names mean the same model. Absent: names are compared letter by letter. */
    readonly modelNames?: ModelNames;
    /** Models that run on a remote machine although the engine is local, by name alone. Absent: none. */
    readonly isRemote?: (model: string) => boolean;
    /** Models in rotation until the user changes it; a cloud list holds dozens, old and expensive ones too. Absent: every listed one. */
    readonly defaultModels?: readonly string[];
    /** What its models can do, by their names; the first match decides. Absent: only lists and the catalogue tell. */
    readonly families?: readonly ModelFamily[];
    /** Requests that a local engine always processes at a time. Absent: measured. */
    readonly parallelRequests?: number;
    /** Its id in @pydantic/genai-prices, the source of the bundled catalogue. Absent: not listed there. */
    readonly genaiPricesId?: string;
    readonly readme: ReadmeRow;
  };
