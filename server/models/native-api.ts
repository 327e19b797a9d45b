/** Requests to a local engine's own interface: below its root, within a time, with a failure that says whose it is. */
import { RumboError } from '../../shared/errors.ts';
import type { EngineDefinition } from '../engines/engine.ts';
import { type RequestSessionDeps, requestSession } from '../engines/request-session.ts';
import { requestUrl } from '../engines/request-url.ts';
import type { TimeLimits } from '../engines/time-limits.ts';
import { parseEvents } from '../platform/event-stream.ts';
import { type Http, type HttpResponse, readText } from '../platform/http.ts';
import { withTimeout } from '../platform/with-timeout.ts';
import { errorFromResponse } from '../wire/error-response.ts';
import type { ErrorResponse } from '../wire/wire-format.ts';

/** A provider whose engine runs models on this machine or on one of the user's. */
export type NativeConnection = RequestSessionDeps & {
  readonly definition: Pick<EngineDefinition, 'kind' | 'key' | 'headers'>;
  /** As the user wrote it, or the definition's own. */
  readonly baseUrl: string;
  readonly http: Http;
};

export type NativeRequest = {
  /** Below the engine's root; begins with a slash. */
  readonly path: string;
  /** Sent as JSON by POST. Absent: GET. */
  readonly body?: unknown;
  /** Absent: JSON. */
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The model it is about; errors carry it. */
  readonly model?: string;
  /** How long the engine may think. Absent: as for a list. */
  readonly timeout?: keyof typeof timeouts | 'load';
  /** What a refusal means here. Absent: what it means everywhere. */
  readonly toError?: (refusal: ErrorResponse) => RumboError;
};

/** Milliseconds. */
const timeouts = {
  list: { firstPartMs: 10_000, betweenPartsMs: 10_000 },
  /** A download may wait for its turn, and a checksum of many gigabytes is taken in silence. */
  pull: { firstPartMs: 3_600_000, betweenPartsMs: 900_000 },
  /** What only tells of changes may be silent for as long as nothing changes. */
  news: { firstPartMs: 86_400_000, betweenPartsMs: 86_400_000 },
} as const satisfies Record<string, Omit<TimeLimits, 'connectMs'>>;

const maxResponseBytes = 8 * 1024 * 1024;
const maxErrorBytes = 64 * 1024;
const errorBodyTimeoutMs = 1_000;

/** @param root the address below which all is asked; its origin is that of `engine.baseUrl`, whose key is sent */
export function nativeApi(engine: NativeConnection, root: string) {
  const { definition, http } = engine;

  const begin = (question: NativeRequest, signal: AbortSignal) => {
    const { timeout = 'list' } = question;
    const limits = timeout === 'load' ? engine.limits : { ...engine.limits, ...timeouts[timeout] };
    const over = requestSession({ ...engine, limits }, question.model, signal);
    const send = async () => {
      const { key, clock } = await over.open();
      const response = await http({
        method: 'body' in question ? 'POST' : 'GET',
        url: requestUrl(root, undefined, question.path),
        headers: {
          accept: question.accept ?? 'application/json',
          ...definition.headers(key),
          ...question.headers,
        },
        ...('body' in question ? { body: question.body } : {}),
        signal: over.signal,
        connectMs: limits.connectMs,
      });
      over.head(response);
      if (response.status >= 400)
        throw (question.toError ?? errorFromResponse)(await readErrorResponse(response));
      return { response, clock };
    };
    return { over, send };
  };

  return {
    /** The JSON of an answer; `undefined` when it is empty. Rejects with `RumboError`. */
    async json(question: NativeRequest, signal: AbortSignal): Promise<unknown> {
      const { over, send } = begin(question, signal);
      try {
        const { response } = await send();
        const text = await readText(response.body, maxResponseBytes);
        over.done();
        return text.trim() === '' ? undefined : parsed(text);
      } catch (cause) {
        throw over.failed(cause);
      } finally {
        over.close();
      }
    },

    /** The events or lines of an answer as they come. Leaving the loop closes the socket. */
    async *lines(
      question: NativeRequest,
      framing: 'sse' | 'ndjson',
      signal: AbortSignal,
    ): AsyncGenerator<string> {
      const { over, send } = begin(question, signal);
      try {
        const { response, clock } = await send();
        for await (const events of parseEvents(response.body, framing)) {
          for (const { data } of events) {
            clock.handed();
            yield data;
            clock.back();
          }
        }
        over.done();
      } catch (cause) {
        throw over.failed(cause);
      } finally {
        over.close();
      }
    },
  };
}

export type NativeApi = ReturnType<typeof nativeApi>;

/**
 * Where the engine's own interface stands: a base URL without the version that chat is asked at, and without the engines
 * that Docker Model Runner keeps beside its models.
 */
export const nativeRoot = (baseUrl: string): string =>
  baseUrl
    .replace(/\/+$/, '')
    .replace(/\/v\d[\w.]*$/, '')
    .replace(/\/engines(?:\/[^/]*)?$/, '');

/** The value of a text that should be JSON; `undefined` when it is none. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  const value = tryParseJson(text);
  if (value !== undefined) return value;
  throw new RumboError('The engine answered with something other than JSON.', { kind: 'bad-response' });
}

async function readErrorResponse({ status, headers, body }: HttpResponse): Promise<ErrorResponse> {
  const text = readText(body, maxErrorBytes).catch(() => '');
  return { status, headers, body: (await withTimeout(text, errorBodyTimeoutMs)) ?? '' };
}
