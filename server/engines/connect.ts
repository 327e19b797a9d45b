/** Definition + address + HTTP + key → a live engine. */
import { type EnginePart, type EngineRequest, isFill } from '../../shared/chat.ts';
import { asRumboError, RumboError } from '../../shared/errors.ts';
import { aborted } from '../platform/aborted.ts';
import { eventsOf, type StreamEvent } from '../platform/event-stream.ts';
import { type Http, type HttpResponse, readText } from '../platform/http.ts';
import type { Decoder, Refusal, WireRequest } from '../wire/wire-format.ts';
import { addressBelow } from './address.ts';
import type { Engine, EngineDefinition } from './engine.ts';
import { releasableBody } from './releasable-body.ts';

export type Connection = {
  /** The provider's name; errors carry it. */
  readonly provider: string;
  readonly label: string;
  readonly definition: EngineDefinition;
  /** As the user wrote it, or the definition's own. Everything is sent below it, and nowhere else. */
  readonly baseUrl: string;
  readonly http: Http;
  /** The key saved for this address; `undefined` when there is none. */
  readonly keyOf: () => Promise<string | undefined>;
  /** Names that serve where the service has no list of its own. Absent: a missing list is an error. */
  readonly models?: readonly string[];
};

/** Bytes of a refusal that are read. */
const refusalLimit = 64 * 1024;
/** Milliseconds that its body may take. */
const refusalWaitMs = 1_000;
/** Bytes of a list of models that are read. */
const listLimit = 8 * 1024 * 1024;
/** Milliseconds that usage may come after the finish reason. Its chunk follows at once, where there is one. */
const usageWaitMs = 1_000;

export function connect(connection: Connection): Engine {
  const { provider, label, definition, baseUrl, http, keyOf } = connection;
  const { wire } = definition;

  /** Sends, and gives back only an answer that was not refused. */
  const send = async (
    request: { readonly path: string; readonly post?: WireRequest },
    key: string | undefined,
    accept: string,
    signal: AbortSignal,
  ): Promise<HttpResponse> => {
    const response = await http({
      method: request.post ? 'POST' : 'GET',
      url: addressBelow(baseUrl, definition.version, request.path),
      headers: { accept, ...definition.headers(key) },
      ...(request.post ? { body: request.post.body } : {}),
      signal,
    });
    if (response.status < 400) return response;
    const { status, headers } = response;
    // The status says enough when the body breaks off or does not come.
    const text = readText(response.body, refusalLimit).catch(() => '');
    const body = (await within(text, refusalWaitMs)) ?? '';
    throw wire.refused({ status, headers, body });
  };

  const requireKey = async (): Promise<string | undefined> => {
    const key = (await keyOf())?.trim();
    // Such a header would not be sent, and the failure would look like a dead service.
    if (key && /[^\x21-\x7e]/.test(key))
      throw new RumboError(`The key of ${label} holds characters that no key has.`, { kind: 'unauthorized' });
    if (key || definition.key === 'optional') return key || undefined;
    throw new RumboError(`${label} has no API key.`, { kind: 'unauthorized' });
  };

  /** How this question is put to this service. */
  const asked = (model: string, request: EngineRequest) => {
    if (!isFill(request)) {
      const format = wire.chat(model);
      return { ...format, post: format.encode(model, request) };
    }
    if (!wire.fill)
      throw new RumboError(`${label} has no way to fill in the middle.`, { kind: 'invalid-request' });
    return { ...wire.fill, post: wire.fill.encode(model, request) };
  };

  return {
    provider,
    continues: (model) => wire.continues?.(model) ?? false,

    async listModels(signal) {
      let key: string | undefined;
      const over = follower(signal);
      try {
        key = await requireKey();
        const response = await send({ path: wire.modelsPath }, key, 'application/json', over.signal);
        return wire.decodeModels(parse(await readText(response.body, listLimit)));
      } catch (cause) {
        over.abort();
        const error = explained(cause, signal, key, connection);
        if (connection.models && (error.kind === 'model-not-found' || error.kind === 'bad-response'))
          return connection.models.map((name) => ({ name }));
        throw error;
      } finally {
        over.leave();
      }
    },

    async *stream(model, request, signal) {
      let key: string | undefined;
      const over = follower(signal);
      try {
        // A keychain that is locked takes seconds to say so.
        key = await Promise.race([requireKey(), aborted(over.signal)]);
        const { framing, decoder, post } = asked(model, request);
        const response = await send(
          { path: post.path, post },
          key,
          framing === 'sse' ? 'text/event-stream' : 'application/x-ndjson',
          over.signal,
        );
        const body = releasableBody(response.body, over.abort);
        try {
          if (isNoStream(await body.peek(), framing)) {
            const { status, headers } = response;
            throw wholeAnswer(wire, { status, headers, body: await readText(body.bytes, refusalLimit) });
          }
          yield* partsOf(body.bytes, decoder(), framing, body.release);
        } finally {
          body.close();
        }
      } catch (cause) {
        over.abort();
        throw explained(cause, signal, key, connection, model);
      } finally {
        over.leave();
      }
    },
  };
}

/**
 * Aborts with the caller's signal until it leaves it, and by itself without touching that.
 * `AbortSignal.any` would do the same through weak references, which only a full collection frees.
 */
function follower(leader: AbortSignal) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (leader.aborted) abort();
  leader.addEventListener('abort', abort, { once: true });
  return { signal: controller.signal, abort, leave: () => leader.removeEventListener('abort', abort) };
}

/** @param whole called when the answer is complete and the rest of the body does not matter */
async function* partsOf(
  bytes: AsyncIterable<Uint8Array>,
  decoder: Decoder,
  framing: 'sse' | 'ndjson',
  whole: () => void,
): AsyncGenerator<EnginePart> {
  const events = eventsOf(bytes, framing);
  while (true) {
    const next = decoder.ending ? await usageOrNothing(events.next()) : await events.next();
    for (const part of !next || next.done ? decoder.end() : joined(next.value, decoder)) {
      if (part.type === 'finish') whole();
      yield part;
      if (part.type === 'finish') return;
    }
  }
}

/** The parts of events that arrived together, adjacent deltas as one: every part has a long way to go from here. */
function* joined(events: readonly StreamEvent[], decoder: Decoder): Generator<EnginePart> {
  let held: Extract<EnginePart, { type: 'text-delta' | 'reasoning-delta' }> | undefined;
  try {
    for (const event of events) {
      for (const part of decoder.read(event)) {
        if (held?.type === part.type) {
          held = { ...held, text: held.text + part.text };
          continue;
        }
        if (held) yield held;
        held = part.type === 'text-delta' || part.type === 'reasoning-delta' ? part : undefined;
        if (!held) yield part;
      }
    }
  } catch (error) {
    // What came before it was said.
    if (held) yield held;
    throw error;
  }
  if (held) yield held;
}

/** With the reason known the answer is whole; nobody waits long for usage, and a broken connection does no harm. */
async function usageOrNothing<T>(next: Promise<T>): Promise<T | undefined> {
  try {
    return await within(next, usageWaitMs);
  } catch (error) {
    if (error instanceof RumboError && error.kind === 'interrupted') return undefined;
    throw error;
  }
}

/** What a promise gives in time; `undefined` when it is late. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, ms, undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** No line of a stream begins like this; a page or one JSON document does, whatever its content type says. */
function isNoStream(start: Uint8Array, framing: 'sse' | 'ndjson'): boolean {
  const first = Buffer.from(start).toString('latin1').trimStart()[0];
  return first === '<' || (framing === 'sse' && (first === '{' || first === '['));
}

/** Some services put an error into a 200, and some addresses are no model server at all. */
function wholeAnswer(wire: EngineDefinition['wire'], refusal: Refusal): RumboError {
  if (/^\s*</.test(refusal.body))
    return new RumboError('A web page answered instead of a model.', { kind: 'bad-response' });
  const value = parse(refusal.body);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'object' && first !== null && 'error' in first && first.error)
    return wire.refused(refusal);
  return new RumboError('The service did not stream its answer.', { kind: 'bad-response' });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RumboError(
      'The service answered with something other than JSON.',
      { kind: 'bad-response' },
      { cause },
    );
  }
}

/** Whatever went wrong as one error that says whose it is. A service that echoes the key does not make us repeat it. */
function explained(
  cause: unknown,
  signal: AbortSignal,
  key: string | undefined,
  { provider, label }: Connection,
  model?: string,
): RumboError {
  const known =
    cause instanceof RumboError || signal.aborted
      ? asRumboError(cause, signal)
      : new RumboError('The service’s answer cannot be read.', { kind: 'bad-response' }, { cause });
  const { message, ...data } = known.data;
  const about = { provider, ...(model === undefined ? {} : { model }) };
  if (key === undefined && data.status === 401)
    return new RumboError(`${label} asks for an API key.`, { ...data, ...about }, { cause });
  if (key === undefined || !message.includes(key)) return known.with(about);
  return new RumboError(message.replaceAll(key, '…'), { ...data, ...about });
}
