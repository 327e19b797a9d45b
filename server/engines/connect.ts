/** A definition, an address, HTTP and keys make a live engine. */
import { type EnginePart, type EngineRequest, isFill, isText, type Usage } from '../../shared/chat.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import { type Http, readText } from '../platform/http.ts';
import { redactSentKeys } from '../platform/redact-keys.ts';
import { withTimeout } from '../platform/with-timeout.ts';
import { rejectsRequestForm } from '../wire/error-response.ts';
import { withHeaderUsage } from '../wire/header-usage.ts';
import { withoutJsonFence } from '../wire/json-fence.ts';
import { mapFeatures } from '../wire/map-features.ts';
import { refusalError } from '../wire/request-refusals.ts';
import { withoutTemplateTokens } from '../wire/template-tokens.ts';
import type {
  CountFormat,
  EmbeddingFormat,
  ErrorResponse,
  ModelInfo,
  StreamDecoder,
  StreamFormat,
  WireRequest,
} from '../wire/wire-format.ts';
import type { RulesByModel } from './adapt-requests.ts';
import { type EndChecker, endChecker } from './end-checker.ts';
import type { Engine, EngineDefinition } from './engine.ts';
import { type EngineRequests, engineRequests } from './engine-requests.ts';
import { withServingModel } from './gateways.ts';
import { parseJson } from './read-response.ts';
import { releasableBody } from './releasable-body.ts';
import { type RequestSessionDeps, requestSession } from './request-session.ts';
import { streamParts } from './stream-parts.ts';

export type EngineConnection = RequestSessionDeps & {
  readonly definition: EngineDefinition;
  /** As the user wrote it, or the definition's own. Every request goes below it. */
  readonly baseUrl: string;
  readonly http: Http;
  /** Models that replace the list of a service without one. Absent: a missing list is an error. */
  readonly models?: readonly string[];
  /** What refusals have stated about its models. Absent: it is kept as long as the engine. */
  readonly rules?: RulesByModel;
};

/** Bytes of a response that are read. */
const maxListBytes = 8 * 1024 * 1024;
const maxVectorsBytes = 64 * 1024 * 1024;
const maxCountBytes = 64 * 1024;
/** Milliseconds that a count may take: the request waits for it. */
const countTimeoutMs = 2_000;

export function connectEngine(connection: EngineConnection): Engine {
  const { provider, definition } = connection;
  const { wire } = definition;
  const requests = engineRequests(connection);
  const streaming = { ...connection, ends: endChecker() };
  return {
    provider,
    supportsPrefill: (model) =>
      (wire.supportsPrefill?.(model) ?? false) && !connection.rules?.of(model).noPrefill,
    ...(wire.embeddings ? { embed: embedWith(connection, requests, wire.embeddings) } : {}),
    ...(wire.count ? { countTokens: countWith(connection, requests, wire.count) } : {}),
    listModels: (signal) => listModels(connection, requests, signal),
    stream: (model, request, signal) => streamAnswer(streaming, requests, model, request, signal),
  };
}

async function* streamAnswer(
  connection: EngineConnection & { readonly ends: EndChecker },
  requests: EngineRequests,
  model: string,
  request: EngineRequest,
  signal: AbortSignal,
): AsyncGenerator<EnginePart> {
  const session = requestSession(connection, model, signal);
  let decoder: StreamDecoder | undefined;
  try {
    const { key, timer } = await session.open();
    const encoded = encodeRequest(connection, model, request);
    const { framing, createDecoder, toError, mayBeEmpty } = encoded;
    const accept = framing === 'sse' ? 'text/event-stream' : 'application/x-ndjson';
    const response = await requests.post(session, key, accept, model, encoded, toError);
    const body = releasableBody(response.body, session.abort);
    try {
      if (isWebPage(await body.peek())) {
        throw new RumboError('The address returned a web page instead of a model’s answer.', {
          kind: 'bad-response',
        });
      }
      decoder = withHeaderUsage(createDecoder(), response.headers);
      const parts = streamParts(body.bytes, {
        decoder,
        framing,
        timer,
        mayBeEmpty,
        onComplete(finish) {
          if (finish.usage) session.reportTokens(tokensOf(finish.usage));
          connection.ends.check(model, finish);
          body.release();
          session.succeed();
        },
      });
      yield* withServingModel(parts, response.headers, model);
    } finally {
      body.close();
    }
  } catch (cause) {
    const error = session.fail(cause);
    if (error.data.accepted) request.onBilledFailure?.(decoder?.reportedUsage?.());
    throw error;
  } finally {
    session.close();
  }
}

const tokensOf = ({ input, cachedRead, cacheWrite, output }: Usage): number =>
  input + cachedRead + cacheWrite + output;

type EncodedRequest = {
  /** In the terms of the service. */
  readonly request: EngineRequest;
  readonly framing: StreamFormat<unknown>['framing'];
  readonly createDecoder: () => StreamDecoder;
  /** The request, or the same within other limits. */
  readonly encode: (request: EngineRequest) => WireRequest;
  readonly toError: (response: ErrorResponse) => RumboError;
  readonly mayBeEmpty: boolean;
};

/** The request in this service's format. Throws `invalid-request` where the service has none. */
function encodeRequest(connection: EngineConnection, model: string, request: EngineRequest): EncodedRequest {
  const { label, definition } = connection;
  const { wire } = definition;
  if (isFill(request))
    return withErrors(encodeForm(connection, wire.fill, model, request, 'fill in the middle'));
  if (isText(request))
    return withErrors(encodeForm(connection, wire.text, model, request, 'continue a text'));
  const { request: mapped, restore } = mapFeatures(request, wire.support(model));
  const chat = encodeForm({ label, definition }, wire.chat(model), model, mapped, 'chat');
  // Ghost text has its own rules for tokens, which need the document.
  const withoutTokens = request.mayBeEmpty
    ? chat.createDecoder
    : () => withoutTemplateTokens(chat.createDecoder(), mapped);
  const readable =
    request.responseFormat?.type === 'json' ? () => withoutJsonFence(withoutTokens()) : withoutTokens;
  const createDecoder = restore ? () => restoringDecoder(readable(), restore) : readable;
  const toError = (response: ErrorResponse) => refusalError(wire.toError(response), response);
  return { ...chat, createDecoder, toError, mayBeEmpty: request.mayBeEmpty ?? false };
}

/** The parts of an answer in the terms of the request. */
function restoringDecoder(decoder: StreamDecoder, restore: (part: EnginePart) => EnginePart): StreamDecoder {
  return {
    mayEnd: () => decoder.mayEnd(),
    reportedUsage: () => decoder.reportedUsage?.(),
    read: (event) => decoder.read(event).map(restore),
    end: () => decoder.end().map(restore),
  };
}

function encodeForm<Request extends EngineRequest>(
  { label, definition: { wire } }: Pick<EngineConnection, 'label' | 'definition'>,
  format: StreamFormat<Request> | undefined,
  model: string,
  request: Request,
  form: string,
): EncodedRequest {
  if (!format) throw new RumboError(`${label} cannot ${form}.`, { kind: 'invalid-request' });
  // An error that counts against the model or the service would exclude them from chat as well.
  const toError = (response: ErrorResponse): RumboError =>
    rejectsRequestForm(response)
      ? new RumboError(`This model of ${label} cannot ${form}.`, {
          kind: 'invalid-request',
          status: response.status,
        })
      : wire.toError(response);
  return {
    request,
    framing: format.framing,
    createDecoder: () => format.decoder(request),
    encode: (adapted) => format.encode(model, adapted as Request),
    toError,
    // There may be nothing to write.
    mayBeEmpty: true,
  };
}

/** Some services answer 200 and report in the body that they do not take this form of request. */
const withErrors = (encoded: EncodedRequest): EncodedRequest => ({
  ...encoded,
  createDecoder: () => errorDecoder(encoded.createDecoder(), encoded.toError),
});

function errorDecoder(
  decoder: StreamDecoder,
  toError: (response: ErrorResponse) => RumboError,
): StreamDecoder {
  return {
    mayEnd: () => decoder.mayEnd(),
    reportedUsage: () => decoder.reportedUsage?.(),
    read(event) {
      try {
        return decoder.read(event);
      } catch (error) {
        const response = { status: 200, headers: {}, body: event.data };
        throw rejectsRequestForm(response) ? toError(response) : error;
      }
    },
    end: () => decoder.end(),
  };
}

async function listModels(
  connection: EngineConnection,
  requests: EngineRequests,
  signal: AbortSignal,
): Promise<readonly ModelInfo[]> {
  const { wire } = connection.definition;
  const session = requestSession(connection, undefined, signal);
  try {
    const { key } = await session.open();
    const jsonAt = (path: string) => requests.getJson(session, key, path, maxListBytes);
    const listAt = async (path: string) => wire.decodeModels(await jsonAt(path));
    const models = await listAt(wire.modelsPath).catch((error: unknown) => {
      if (wire.fallbackModelsPath && hasNoList(error)) return listAt(wire.fallbackModelsPath);
      throw error;
    });
    const details = wire.details && (await jsonAt(wire.details.path).catch(() => undefined));
    if (session.signal.aborted) throw toRumboError(session.signal.reason, session.signal);
    session.succeed();
    const all = wire.details && details !== undefined ? wire.details.merge(models, details) : models;
    // A service that lists a key as a model is broken; no such model can be asked.
    return all.filter(({ name }) => redactSentKeys(name) === name);
  } catch (cause) {
    const error = session.fail(cause);
    if (connection.models && hasNoList(error)) return connection.models.map((name) => ({ name }));
    throw error;
  } finally {
    session.close();
  }
}

const embedWith =
  (
    connection: EngineConnection,
    requests: EngineRequests,
    format: EmbeddingFormat,
  ): NonNullable<Engine['embed']> =>
  async (model, texts, signal) => {
    const session = requestSession(connection, model, signal);
    try {
      const { key } = await session.open();
      const request = format.encode(model, texts);
      const response = await requests.post(session, key, 'application/json', model, { encoded: request });
      const embeddings = format.decode(parseJson(await readText(response.body, maxVectorsBytes)));
      session.succeed();
      return embeddings;
    } catch (cause) {
      throw session.fail(cause);
    } finally {
      session.close();
    }
  };

const countWith =
  (
    connection: EngineConnection,
    requests: EngineRequests,
    format: CountFormat,
  ): NonNullable<Engine['countTokens']> =>
  async (model, request, signal) => {
    const session = requestSession(connection, model, signal);
    const count = async () => {
      const { key } = await session.open();
      const { request: mapped } = mapFeatures(request, connection.definition.wire.support(model));
      const post = format.encode(model, mapped);
      const response = await requests.send(session, key, 'application/json', post.path, post);
      return response.status < 400
        ? format.decode(parseJson(await readText(response.body, maxCountBytes)))
        : undefined;
    };
    // An error here does not count against the key: the answer itself will show it.
    const tokens = await withTimeout(
      count().catch(() => undefined),
      countTimeoutMs,
    );
    session.abort();
    session.close();
    if (signal.aborted) throw toRumboError(signal.reason, signal);
    return tokens;
  };

/** There is no list of models at the address, or none that can be read. */
const hasNoList = (error: unknown): boolean =>
  error instanceof RumboError && (error.kind === 'model-not-found' || error.kind === 'bad-response');

/** Bytes: a page begins within them. */
const maxPageStart = 256;

/** An address that is no model server, whatever its content type is. */
const isWebPage = (start: Uint8Array): boolean =>
  /^(?:\uFEFF|\xEF\xBB\xBF)?\s*</.test(Buffer.from(start.subarray(0, maxPageStart)).toString('latin1'));
