/** Definition + address + HTTP + keys → a live engine. */
import { type EngineRequest, isFill, isText } from '../../shared/chat.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import { type Http, type HttpResponse, readText } from '../platform/http.ts';
import { withTimeout } from '../platform/with-timeout.ts';
import { rejectsRequestForm } from '../wire/error-response.ts';
import type {
  CountFormat,
  EmbeddingFormat,
  ErrorResponse,
  StreamFormat,
  WireRequest,
} from '../wire/wire-format.ts';
import { unsupportedFieldDropper } from './drop-unsupported-fields.ts';
import type { Engine, EngineDefinition } from './engine.ts';
import { maxErrorBytes, parseJson, readErrorResponse } from './read-response.ts';
import { releasableBody } from './releasable-body.ts';
import { type RequestSessionDeps, requestSession } from './request-session.ts';
import { requestUrl } from './request-url.ts';
import { streamParts } from './stream-parts.ts';

export type EngineConnection = RequestSessionDeps & {
  readonly definition: EngineDefinition;
  /** As the user wrote it, or the definition's own. Everything is sent below it, and nowhere else. */
  readonly baseUrl: string;
  readonly http: Http;
  /** Names that serve where the service has no list of its own. Absent: a missing list is an error. */
  readonly models?: readonly string[];
};

/** Bytes of a list of models that are read, and of vectors. */
const listLimit = 8 * 1024 * 1024;
const vectorsLimit = 64 * 1024 * 1024;
const countLimit = 64 * 1024;
/** Milliseconds a count may take: the question waits for it. */
const countWaitMs = 2_000;

type Line = ReturnType<typeof requestSession>;

export function connectEngine(connection: EngineConnection): Engine {
  const { provider, label, definition, baseUrl, http, limits } = connection;
  const { wire } = definition;
  const lighter = unsupportedFieldDropper(wire);

  const send = async (
    over: Line,
    key: string | undefined,
    accept: string,
    request: { readonly path: string; readonly post?: WireRequest },
  ): Promise<HttpResponse> => {
    const response = await http({
      method: request.post ? 'POST' : 'GET',
      url: requestUrl(baseUrl, definition.version, request.path),
      headers: { accept, ...definition.headers(key) },
      ...(request.post ? { body: request.post.body } : {}),
      signal: over.signal,
      connectMs: limits.connectMs,
    });
    over.head(response);
    return response;
  };

  /** Sends, and again without what is refused; gives back only an answer that was not. */
  const post = async (
    over: Line,
    key: string | undefined,
    accept: string,
    model: string,
    request: WireRequest,
    refused: (refusal: ErrorResponse) => RumboError = wire.toError,
  ): Promise<HttpResponse> => {
    const light = lighter(model, request);
    for (;;) {
      const { path } = light.request;
      const response = await send(over, key, accept, { path, post: light.request });
      if (response.status < 400) return response;
      const refusal = await readErrorResponse(response);
      if (!light.dropNamedBy(refusal)) throw refused(refusal);
    }
  };

  /** How this question is put to this service. */
  const asked = (model: string, request: EngineRequest) => {
    if (isFill(request)) return inForm(wire.fill, model, request, 'fill in the middle');
    if (isText(request)) return inForm(wire.text, model, request, 'go on with a text');
    const chat = inForm(wire.chat(model), model, request, 'chat');
    return { ...chat, refused: wire.toError, mayBeEmpty: request.mayBeEmpty ?? false };
  };

  const inForm = <Request>(
    format: StreamFormat<Request> | undefined,
    model: string,
    request: Request,
    what: string,
  ) => {
    if (!format) throw new RumboError(`${label} has no way to ${what}.`, { kind: 'invalid-request' });
    return {
      framing: format.framing,
      decoder: () => format.decoder(request),
      question: format.encode(model, request),
      // Said of the model or the service as a whole it would keep them from chat.
      refused: (refusal: ErrorResponse) =>
        rejectsRequestForm(refusal)
          ? new RumboError(`This model of ${label} cannot ${what}.`, {
              kind: 'invalid-request',
              status: refusal.status,
            })
          : wire.toError(refusal),
      // There may be nothing to write.
      mayBeEmpty: true,
    };
  };

  const embed =
    (format: EmbeddingFormat): NonNullable<Engine['embed']> =>
    async (model, texts, signal) => {
      const over = requestSession(connection, model, signal);
      try {
        const { key } = await over.open();
        const response = await post(over, key, 'application/json', model, format.encode(model, texts));
        const vectors = format.decode(parseJson(await readText(response.body, vectorsLimit)));
        over.done();
        return vectors;
      } catch (cause) {
        throw over.failed(cause);
      } finally {
        over.close();
      }
    };

  const countTokens =
    (format: CountFormat): NonNullable<Engine['countTokens']> =>
    async (model, request, signal) => {
      const over = requestSession(connection, model, signal);
      const count = async () => {
        const { key } = await over.open();
        const post = format.encode(model, request);
        const response = await send(over, key, 'application/json', { path: post.path, post });
        return response.status < 400
          ? format.decode(parseJson(await readText(response.body, countLimit)))
          : undefined;
      };
      // Whatever goes wrong is no fault of the key: the answer itself will tell.
      const tokens = await withTimeout(
        count().catch(() => undefined),
        countWaitMs,
      );
      over.cut();
      over.close();
      if (signal.aborted) throw toRumboError(signal.reason, signal);
      return tokens;
    };

  return {
    provider,
    supportsPrefill: (model) => wire.supportsPrefill?.(model) ?? false,
    ...(wire.embeddings ? { embed: embed(wire.embeddings) } : {}),
    ...(wire.count ? { countTokens: countTokens(wire.count) } : {}),

    async listModels(signal) {
      const over = requestSession(connection, undefined, signal);
      try {
        const { key } = await over.open();
        const bodyAt = async (path: string): Promise<unknown> => {
          const response = await send(over, key, 'application/json', { path });
          if (response.status >= 400) throw wire.toError(await readErrorResponse(response));
          return parseJson(await readText(response.body, listLimit));
        };
        const listAt = async (path: string) => wire.decodeModels(await bodyAt(path));
        const models = await listAt(wire.modelsPath).catch((error: unknown) => {
          if (wire.fallbackModelsPath && hasNoList(error)) return listAt(wire.fallbackModelsPath);
          throw error;
        });
        const more = wire.details && (await bodyAt(wire.details.path).catch(() => undefined));
        if (over.signal.aborted) throw toRumboError(over.signal.reason, over.signal);
        over.done();
        return wire.details && more !== undefined ? wire.details.merge(models, more) : models;
      } catch (cause) {
        const error = over.failed(cause);
        if (connection.models && hasNoList(error)) return connection.models.map((name) => ({ name }));
        throw error;
      } finally {
        over.close();
      }
    },

    async *stream(model, request, signal) {
      const over = requestSession(connection, model, signal);
      try {
        const { key, clock } = await over.open();
        const { framing, decoder, question, refused, mayBeEmpty } = asked(model, request);
        const accept = framing === 'sse' ? 'text/event-stream' : 'application/x-ndjson';
        const response = await post(over, key, accept, model, question, refused);
        const body = releasableBody(response.body, over.cut);
        try {
          if (isNoStream(await body.peek(), framing)) {
            const { status, headers } = response;
            throw wholeAnswer(refused, { status, headers, body: await readText(body.bytes, maxErrorBytes) });
          }
          yield* streamParts(body.bytes, {
            decoder: decoder(),
            framing,
            clock,
            mayBeEmpty,
            onComplete() {
              body.release();
              over.done();
            },
          });
        } finally {
          body.close();
        }
      } catch (cause) {
        throw over.failed(cause);
      } finally {
        over.close();
      }
    },
  };
}

/** There is no list of models at the address, or none that can be read. */
const hasNoList = (error: unknown): boolean =>
  error instanceof RumboError && (error.kind === 'model-not-found' || error.kind === 'bad-response');

/** No line of a stream begins like this; a page or one JSON document does, whatever its content type says. */
function isNoStream(start: Uint8Array, framing: 'sse' | 'ndjson'): boolean {
  const first = Buffer.from(start).toString('latin1').trimStart()[0];
  return first === '<' || (framing === 'sse' && (first === '{' || first === '['));
}

/** Some services put an error into a 200, and some addresses are no model server at all. */
function wholeAnswer(refused: (refusal: ErrorResponse) => RumboError, refusal: ErrorResponse): RumboError {
  if (/^\s*</.test(refusal.body))
    return new RumboError('A web page answered instead of a model.', { kind: 'bad-response' });
  const value = parseJson(refusal.body);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'object' && first !== null && 'error' in first && first.error) return refused(refusal);
  return new RumboError('The service did not stream its answer.', { kind: 'bad-response' });
}
