/** A model service on loopback for tests: says what it is told, word by word, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** One answer. Words are sent one event each. */
export type FakeReply = {
  readonly text: string;
  /** Sent before the text. */
  readonly reasoning?: string;
  /** Absent: `stop`. */
  readonly finish?: 'stop' | 'length';
  /** Absent: words of the request's JSON in, words of the answer out. */
  readonly usage?: { readonly input: number; readonly output: number };
};

/** A refusal instead of an answer. */
export type FakeFailure = {
  readonly status: number;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Fails this many requests and then answers again. Absent: fails until `fail` is cleared. */
  times?: number;
};

/**
 * What goes wrong with the connection. `hang`: the head never comes. `reset`: the socket dies after so many words.
 * `end`: the body ends cleanly, without finish reason or end marker. `stall`: silence, the socket open.
 */
export type FakeFault =
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' | 'end' | 'stall'; readonly afterWords: number };

export type FakeOptions = {
  /** Absent: the framing's own single model. */
  readonly models?: readonly string[];
  /** Absent: “Hello from the fake.” */
  readonly reply?: string | FakeReply | ((body: Body) => string | FakeReply);
  /** Milliseconds before each word after the first. Absent: 0. */
  readonly delayMs?: number;
  /** Milliseconds before the head. Absent: 0. */
  readonly headDelayMs?: number;
  /** The only key it accepts. Absent: asks for none. */
  readonly key?: string;
  /** For POSTs only; the list of models stays reachable. */
  readonly fail?: FakeFailure;
  readonly fault?: FakeFault;
};

export type Body = Readonly<Record<string, unknown>>;

export type FakeRequest = {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON; `undefined` when there was none. */
  readonly body: Body | undefined;
  /** The client closed the socket before the answer was whole. */
  aborted: boolean;
  /** `performance.now()` of that moment. */
  abortedAt?: number;
  /** The answer was sent to its end. */
  finished: boolean;
};

/** Every option can be changed while it runs; the next request sees it. */
export type FakeProvider = {
  models: readonly string[];
  reply: NonNullable<FakeOptions['reply']>;
  delayMs: number;
  headDelayMs: number;
  key: string | undefined;
  fail: FakeFailure | undefined;
  fault: FakeFault | undefined;
  /** What belongs into `rumbo.providers.<name>.baseUrl`. */
  readonly baseUrl: string;
  readonly requests: readonly FakeRequest[];
  /** POSTs only: the chats it was asked for. */
  readonly chats: readonly FakeRequest[];
  close(): Promise<void>;
};

type Usage = { readonly input: number; readonly output: number };

/** How one vendor says it. */
export type Framing = {
  readonly contentType: string;
  /** Sent with every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Appended to the origin to make `baseUrl`. */
  readonly basePath: string;
  readonly defaultModels: readonly string[];
  keyIn(headers: IncomingMessage['headers']): string | undefined;
  /** The JSON (or text) of a GET; `undefined` is a 404. */
  get(path: string, models: readonly string[]): unknown;
  /** The model a chat names; `undefined` when the POST is no chat, which is a 404. */
  modelOf(path: string, body: Body): string | undefined;
  readonly unauthorized: FakeFailure;
  notFound(model: string | undefined): FakeFailure;
  /** A fresh stream; each method gives the text of its events. */
  stream(
    model: string,
    body: Body,
  ): {
    start(usage: Usage): string;
    reasoning(word: string): string;
    text(word: string): string;
    finish(reason: 'stop' | 'length', usage: Usage): string;
  };
};

const wordsOf = (text: string): readonly string[] => text.match(/\s*\S+|\s+$/g) ?? [];

/** Starts one on 127.0.0.1 at a free port. Close it in the test's `after`. */
export async function fakeServer(framing: Framing, options: FakeOptions): Promise<FakeProvider> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
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
    fail: options.fail,
    fault: options.fault,
    baseUrl: `http://127.0.0.1:${port}${framing.basePath}`,
    requests,
    get chats() {
      return requests.filter((request) => request.method === 'POST');
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return fake;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = await remember(request, response);
    if (fake.headDelayMs > 0) await sleep(fake.headDelayMs);
    for (const [name, value] of Object.entries(framing.headers ?? {})) response.setHeader(name, value);
    if (fake.key !== undefined && framing.keyIn(request.headers) !== fake.key)
      return refuse(response, framing.unauthorized);
    const path = record.path.replace(/\?.*/, '');
    if (record.method !== 'POST') {
      const page = framing.get(path, fake.models);
      return page === undefined ? refuse(response, framing.notFound(undefined)) : send(response, 200, page);
    }
    const failure = nextFailure();
    if (failure) return refuse(response, failure);
    const model = framing.modelOf(path, record.body ?? {});
    if (model === undefined || !fake.models.includes(model)) return refuse(response, framing.notFound(model));
    if (fake.fault?.kind === 'hang') return;
    await chat(response, model, record.body ?? {}, () => record.aborted);
  }

  function nextFailure(): FakeFailure | undefined {
    const failure = fake.fail;
    if (failure?.times === undefined) return failure;
    failure.times -= 1;
    if (failure.times <= 0) fake.fail = undefined;
    return failure;
  }

  async function remember(request: IncomingMessage, response: ServerResponse): Promise<FakeRequest> {
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
    requests.push(record);
    response.on('finish', () => {
      record.finished = true;
    });
    response.on('close', () => {
      if (record.finished || ownDoing.has(response)) return;
      record.aborted = true;
      record.abortedAt = performance.now();
    });
    return record;
  }

  async function chat(
    response: ServerResponse,
    model: string,
    body: Body,
    gone: () => boolean,
  ): Promise<void> {
    const said = typeof fake.reply === 'function' ? fake.reply(body) : fake.reply;
    const reply: FakeReply = typeof said === 'string' ? { text: said } : said;
    const thoughts = wordsOf(reply.reasoning ?? '');
    const words = wordsOf(reply.text);
    const usage = reply.usage ?? {
      input: wordsOf(JSON.stringify(body)).length,
      output: thoughts.length + words.length,
    };
    const fault = fake.fault;
    const stream = framing.stream(model, body);
    response.writeHead(200, { 'content-type': framing.contentType });
    response.flushHeaders();
    response.write(stream.start(usage));
    let sent = 0;
    for (const event of [...thoughts.map(stream.reasoning), ...words.map(stream.text)]) {
      if (fault && fault.kind !== 'hang' && sent >= fault.afterWords) break;
      if (sent > 0 && fake.delayMs > 0) await sleep(fake.delayMs);
      if (gone()) return;
      response.write(event);
      sent += 1;
    }
    if (fault?.kind === 'stall') return;
    if (fault?.kind === 'reset') {
      ownDoing.add(response);
      // A moment for what was written to reach the client; destroying at once would take it back.
      await sleep(20);
      response.socket?.resetAndDestroy();
      return;
    }
    response.end(fault ? '' : stream.finish(reply.finish ?? 'stop', usage));
  }
}

/** Sockets the fake closed itself, which is no abort by the client. */
const ownDoing = new WeakSet<ServerResponse>();

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
