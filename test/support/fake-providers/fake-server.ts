/** A model service on loopback for tests: streams the configured reply word by word and records its requests. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Body,
  FakeAnswer,
  FakeFailure,
  FakeOptions,
  FakeProvider,
  FakeReply,
  FakeRequest,
  Framing,
} from './fake-provider.ts';

/** Words with the blanks before them; joined they are the text again. */
export const wordsOf = (text: string): readonly string[] => text.match(/\s*\S+|\s+$/g) ?? [];

/** Starts one on 127.0.0.1 at a free port. Close it in the test's `after`. */
export async function fakeServer(framing: Framing, options: FakeOptions): Promise<FakeProvider> {
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch(() => response.destroy());
  };
  const server = options.tls ? createSecureServer(options.tls, listener) : createServer(listener);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const requests: FakeRequest[] = [];
  const fake: FakeProvider = {
    models: options.models ?? framing.defaultModels,
    reply: options.reply ?? 'Hello from the fake.',
    delayMs: options.delayMs ?? 0,
    headDelayMs: options.headDelayMs ?? 0,
    key: options.key,
    headers: options.headers ?? {},
    fail: options.fail,
    fault: options.fault,
    baseUrl: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}${framing.basePath}`,
    requests,
    get connections() {
      return connections;
    },
    get chats() {
      return requests.filter(({ method, path, body = {} }) => method === 'POST' && !lookup(path, body));
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return fake;

  function lookup(path: string, body: Body): unknown {
    return framing.lookup?.(path, body, fake.models);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = await recordRequest(request, response);
    requests.push(record);
    if (fake.headDelayMs > 0) await sleep(fake.headDelayMs);
    for (const [name, value] of Object.entries(framing.headers ?? {})) response.setHeader(name, value);
    if (fake.key !== undefined && framing.keyIn(request.headers) !== fake.key)
      return refuse(response, framing.unauthorized);
    const path = record.path.replace(/\?.*/, '');
    if (record.method !== 'POST') {
      const page = framing.get(path, fake.models);
      return page === undefined ? refuse(response, framing.notFound(undefined)) : send(response, 200, page);
    }
    const wanted = lookup(path, record.body ?? {});
    if (wanted !== undefined) return send(response, 200, wanted);
    for (const [name, value] of Object.entries(fake.headers)) response.setHeader(name, value);
    const failure = nextFailure(fake);
    if (failure) return refuse(response, failure);
    const model = framing.modelOf(path, record.body ?? {});
    if (model === undefined || !fake.models.includes(model)) return refuse(response, framing.notFound(model));
    if (fake.fault?.kind === 'hang') return;
    const body = record.body ?? {};
    const rejection = framing.rejection?.(path, body, model);
    if (rejection) return refuse(response, rejection);
    const answer = answerTo(fake.reply, body);
    const sendAnswer = async (): Promise<void> => {
      const whole = framing.unstreamed?.(path, body, model, answer);
      if (whole !== undefined) return send(response, 200, whole);
      const stream = framing.stream(model, body, path);
      await streamAnswer(fake, response, framing.contentType, stream, answer, () => record.aborted);
    };
    if (fake.fault?.kind !== 'custom') return sendAnswer();
    await fake.fault.behavior({
      get index() {
        return fake.chats.indexOf(record);
      },
      request: record,
      response,
      contentType: framing.contentType,
      reply: answer,
      stream: () => framing.stream(model, body, path),
      refuse: (failure) => refuse(response, failure),
      sendAnswer,
    });
  }
}

function nextFailure(fake: FakeProvider): FakeFailure | undefined {
  const failure = fake.fail;
  if (failure?.times === undefined) return failure;
  failure.times -= 1;
  if (failure.times <= 0) fake.fail = undefined;
  return failure;
}

/** Reads the request; its record changes when the response finishes or the client aborts. */
async function recordRequest(request: IncomingMessage, response: ServerResponse): Promise<FakeRequest> {
  const bytes: Buffer[] = [];
  for await (const chunk of request) bytes.push(chunk as Buffer);
  const record: FakeRequest = {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers as Record<string, string | undefined>,
    body: parse(Buffer.concat(bytes).toString()),
    aborted: false,
    finished: false,
  };
  response.on('finish', () => {
    record.finished = true;
  });
  response.on('close', () => {
    if (record.finished || closedByFake.has(response)) return;
    record.aborted = true;
    record.abortedAt = performance.now();
  });
  return record;
}

function answerTo(configured: FakeProvider['reply'], body: Body): FakeAnswer {
  const reply = typeof configured === 'function' ? configured(body) : configured;
  const {
    text,
    reasoning = '',
    toolCalls = [],
    finish,
    usage,
  }: FakeReply = typeof reply === 'string' ? { text: reply } : reply;
  return {
    text,
    reasoning,
    toolCalls: toolCalls.map((call, index) => ({ id: `call_${index}`, ...call })),
    finish: finish ?? (toolCalls.length > 0 ? 'tool-calls' : 'stop'),
    usage: {
      cachedRead: 0,
      cacheWrite: 0,
      reasoning: 0,
      ...(usage ?? {
        input: wordsOf(JSON.stringify(body)).length,
        output: wordsOf(reasoning).length + wordsOf(text).length,
      }),
    },
  };
}

/** Streams the answer event by event, up to the configured fault or until the client aborts. */
async function streamAnswer(
  fake: FakeProvider,
  response: ServerResponse,
  contentType: string,
  stream: ReturnType<Framing['stream']>,
  { text, reasoning, toolCalls, finish, usage }: FakeAnswer,
  isAborted: () => boolean,
): Promise<void> {
  const events = [
    ...wordsOf(reasoning).map(stream.reasoning),
    ...wordsOf(text).map(stream.text),
    ...toolCalls.map(stream.toolCall),
  ];
  const fault = fake.fault?.kind === 'custom' ? undefined : fake.fault;
  response.writeHead(200, { 'content-type': contentType });
  response.flushHeaders();
  response.write(stream.start(usage));
  let sent = 0;
  for (const event of events) {
    if (fault && fault.kind !== 'hang' && sent >= fault.afterWords) break;
    if (sent > 0 && fake.delayMs > 0) await sleep(fake.delayMs);
    if (isAborted()) return;
    response.write(event);
    sent += 1;
  }
  if (fault?.kind === 'stall') return;
  if (fault?.kind === 'reset') {
    closedByFake.add(response);
    // Time for the written data to reach the client; destroying at once would discard it.
    await sleep(20);
    response.socket?.resetAndDestroy();
    return;
  }
  response.end(fault ? '' : stream.finish(finish, usage));
}

/** Responses that the fake closed itself, which is no abort by the client. */
const closedByFake = new WeakSet<ServerResponse>();

function refuse(response: ServerResponse, failure: FakeFailure): void {
  for (const [name, value] of Object.entries(failure.headers ?? {})) response.setHeader(name, value);
  send(response, failure.status, failure.body ?? '');
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (!response.hasHeader('content-type'))
    response.setHeader('content-type', typeof body === 'string' ? 'text/plain' : 'application/json');
  response.writeHead(status);
  response.end(text);
}

function parse(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Body) : undefined;
  } catch {
    return undefined;
  }
}

/** The key of `Authorization: Bearer`. */
export const bearerIn = (headers: IncomingMessage['headers']): string | undefined =>
  headers.authorization?.replace(/^Bearer /, '');

/** The vectors of every fake: length and index of the text. Exact as 32-bit floats. */
export const vectorsOf = (texts: unknown): readonly (readonly number[])[] =>
  (Array.isArray(texts) ? texts : [texts]).map((text, index) => [String(text).length, index, 0.5]);
