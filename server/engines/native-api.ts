/** Requests to a local engine's own interface, below its root; `nativeApi` runs each in a request session. */

import { parseEvents } from '../platform/event-stream.ts';
import { type Http, readText } from '../platform/http.ts';
import { redactSentKeys } from '../platform/redact-keys.ts';
import { errorFromResponse } from '../wire/error-response.ts';
import type { EngineDefinition } from './engine.ts';
import type { NativeApi, NativeRequest } from './local-engine.ts';
import { parseJson, readErrorResponse } from './read-response.ts';
import { type RequestSessionDeps, requestSession } from './request-session.ts';
import { requestUrl } from './request-url.ts';
import type { TimeLimits } from './time-limits.ts';

/** A provider whose engine runs models on this machine or on another one of the user's. */
export type NativeConnection = RequestSessionDeps & {
  readonly definition: Pick<EngineDefinition, 'key' | 'headers'>;
  /** As the user wrote it, or the definition's own. The engine's root has the same origin, so its key may be sent there. */
  readonly baseUrl: string;
  readonly http: Http;
};

/** Milliseconds. `load` is absent: the connection's own limits apply. */
const timeouts = {
  list: { firstPartMs: 10_000, betweenPartsMs: 10_000 },
  /** A download may queue, and the checksum of many gigabytes takes minutes without output. */
  pull: { firstPartMs: 3_600_000, betweenPartsMs: 900_000 },
  /** A stream of changes is silent while nothing changes. */
  events: { firstPartMs: 86_400_000, betweenPartsMs: 86_400_000 },
} as const satisfies Record<string, Omit<TimeLimits, 'connectMs'>>;

const maxResponseBytes = 8 * 1024 * 1024;

export function nativeApi(connection: NativeConnection): NativeApi {
  const { definition, http } = connection;
  const root = nativeRoot(connection.baseUrl);

  const begin = (request: NativeRequest, signal: AbortSignal) => {
    const { timeout = 'list' } = request;
    const limits = timeout === 'load' ? connection.limits : { ...connection.limits, ...timeouts[timeout] };
    const session = requestSession({ ...connection, limits }, request.model, signal);
    const send = async () => {
      const { key, timer } = await session.open();
      const response = await http({
        method: 'body' in request ? 'POST' : 'GET',
        url: requestUrl(root, undefined, request.path),
        headers: {
          accept: request.accept ?? 'application/json',
          ...definition.headers(key),
          ...request.headers,
        },
        ...('body' in request ? { body: request.body } : {}),
        signal: session.signal,
        connectMs: limits.connectMs,
      });
      session.onResponse(response);
      if (response.status >= 400)
        throw (request.toError ?? errorFromResponse)(await readErrorResponse(response));
      return { response, timer };
    };
    return { session, send };
  };

  return {
    async json(request, signal) {
      const { session, send } = begin(request, signal);
      try {
        const { response } = await send();
        const text = await readText(response.body, maxResponseBytes);
        session.succeed();
        return text.trim() === '' ? undefined : parseJson(redactSentKeys(text));
      } catch (cause) {
        throw session.fail(cause);
      } finally {
        session.close();
      }
    },

    async *lines(request, framing, signal) {
      const { session, send } = begin(request, signal);
      try {
        const { response, timer } = await send();
        for await (const events of parseEvents(response.body, framing)) {
          for (const { data } of events) {
            timer.pause();
            yield redactSentKeys(data);
            timer.resume();
          }
        }
        session.succeed();
      } catch (cause) {
        throw session.fail(cause);
      } finally {
        session.close();
      }
    },
  };
}

/**
 * Where the engine's own interface is: a base URL without the version that chat requests use, and without the `engines`
 * segment that Docker Model Runner has beside its models.
 */
const nativeRoot = (baseUrl: string): string =>
  baseUrl
    .replace(/(?<!\/)\/+$/, '')
    .replace(/\/v\d[\w.]*$/, '')
    .replace(/\/engines(?:\/[^/]*)?$/, '');
