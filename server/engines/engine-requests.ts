/** The HTTP requests of one engine: below its base URL, with its key, and adapted to what its refusals state. */
import type { EngineRequest } from '../../shared/chat.ts';
import type { RumboError } from '../../shared/errors.ts';
import { type Http, type HttpResponse, readText } from '../platform/http.ts';
import { sentOutputTokens } from '../wire/request-refusals.ts';
import type { ErrorResponse, WireRequest } from '../wire/wire-format.ts';
import { type RulesByModel, requestAdapter } from './adapt-requests.ts';
import type { EngineDefinition } from './engine.ts';
import { type Gateway, gatewayOf, gatewayOfList } from './gateways.ts';
import { parseJson, readErrorResponse } from './read-response.ts';
import type { RequestSession } from './request-session.ts';
import { requestUrl } from './request-url.ts';
import type { TimeLimits } from './time-limits.ts';

export type EngineRequestsDeps = {
  readonly definition: Pick<EngineDefinition, 'version' | 'headers' | 'wire'>;
  readonly baseUrl: string;
  readonly http: Http;
  readonly limits: Pick<TimeLimits, 'connectMs'>;
  /** Absent: what refusals state is kept as long as the engine. */
  readonly rules?: RulesByModel;
};

/** What is posted: a request and its encoding, or a body that is encoded already. */
export type EngineEncoding<Request extends EngineRequest> =
  | { readonly request: Request; readonly encode: (request: Request) => WireRequest }
  | { readonly encoded: WireRequest };

export type EngineRequests = ReturnType<typeof engineRequests>;

export function engineRequests({ definition, baseUrl, http, limits, rules }: EngineRequestsDeps) {
  const { wire } = definition;
  const adapt = requestAdapter(wire, rules);

  /** Recognized by its list of models or any response. */
  let gateway: Gateway | undefined;

  /** Sends once; the response may be an error. `post` absent: GET. */
  const send = async (
    session: RequestSession,
    key: string | undefined,
    accept: string,
    path: string,
    post?: WireRequest,
  ): Promise<HttpResponse> => {
    session.onSend();
    const response = await http({
      method: post ? 'POST' : 'GET',
      url: requestUrl(baseUrl, definition.version, path),
      headers: { accept, ...(post && gateway?.requestHeaders), ...definition.headers(key) },
      ...(post ? { body: post.body } : {}),
      signal: session.signal,
      connectMs: limits.connectMs,
    });
    session.onResponse(response);
    gateway = gatewayOf(response.headers) ?? gateway;
    return response;
  };

  return {
    send,

    /** The JSON of a GET. Rejects with what an error response means. @param maxBytes of the response that are read */
    async getJson(
      session: RequestSession,
      key: string | undefined,
      path: string,
      maxBytes: number,
    ): Promise<unknown> {
      const response = await send(session, key, 'application/json', path);
      if (response.status >= 400) throw wire.toError(await readErrorResponse(response));
      const value = parseJson(await readText(response.body, maxBytes));
      gateway ??= gatewayOfList(value);
      return value;
    },

    /** Posts, and again as the refusals state that the model has to be asked. Rejects with what an error response means. */
    async post<Request extends EngineRequest>(
      session: RequestSession,
      key: string | undefined,
      accept: string,
      model: string,
      posted: EngineEncoding<Request>,
      toError: (response: ErrorResponse) => RumboError = wire.toError,
    ): Promise<HttpResponse> {
      const current =
        'encoded' in posted
          ? adapt(model, () => posted.encoded)
          : adapt(model, (request = posted.request) => posted.encode(request), posted.request);
      for (;;) {
        const request = current.request();
        if ('request' in posted) await posted.request.beforeSend?.(sentOutputTokens(request.body));
        const response = await send(session, key, accept, request.path, request);
        if (response.status < 400) return response;
        const error = await readErrorResponse(response);
        if (!current.adaptTo(error)) throw toError(error);
      }
    },
  };
}
