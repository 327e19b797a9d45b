/** Faults of a service in any framing. Each is a `FakeBehavior`. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Exchange, FakeBehavior, FakeFailure } from '../fake-providers/fake-provider.ts';
import { wordsOf } from '../fake-providers/fake-server.ts';
import { wordsBefore } from './expected-answer.ts';

/** Milliseconds for written data to reach the client before the socket is destroyed. */
const travelMs = 20;

/** The correct answer as text, one string for each of its events. */
export function eventsIn({ stream, reply }: Exchange): {
  readonly start: string;
  readonly words: readonly string[];
  readonly finish: readonly string[];
} {
  const one = stream();
  const start = one.start(reply.usage);
  const words = wordsOf(reply.text).map(one.text);
  return { start, words, finish: eventsOf(one.finish(reply.finish, reply.usage)) };
}

/** A text of several events, apart. */
const eventsOf = (text: string): readonly string[] =>
  text.match(text.includes('\n\n') || text.includes('\r\n\r\n') ? /[\s\S]+?(?:\r?\n){2}/g : /.+\n/g) ?? [];

const all = (exchange: Exchange): readonly string[] => {
  const { start, words, finish } = eventsIn(exchange);
  return [...(start ? eventsOf(start) : []), ...words, ...finish];
};

const begin = ({ response, contentType }: Exchange, headers: Record<string, string> = {}): void => {
  response.writeHead(200, { 'content-type': contentType, ...headers });
  response.flushHeaders();
};

const firstWords = (exchange: Exchange): string => {
  const { start, words } = eventsIn(exchange);
  return start + words.slice(0, wordsBefore).join('');
};

/** This behavior for the first chats, a correct answer afterwards. */
export const firstTimes =
  (behavior: FakeBehavior, times = 1): FakeBehavior =>
  (exchange) =>
    exchange.index < times ? behavior(exchange) : exchange.sendAnswer();

export const responds =
  (failure: FakeFailure | (() => FakeFailure)): FakeBehavior =>
  ({ refuse }) =>
    refuse(typeof failure === 'function' ? failure() : failure);

export const hangs: FakeBehavior = () => {};

/** Accepts the request and resets the connection. */
export const resets: FakeBehavior = ({ response }) => {
  response.socket?.resetAndDestroy();
};

/** Accepts the request and closes the connection. */
export const closes: FakeBehavior = ({ response }) => {
  response.socket?.destroy();
};

export const headAfter =
  (ms: number): FakeBehavior =>
  async ({ sendAnswer }) => {
    await sleep(ms);
    await sendAnswer();
  };

/** The head at once, and nothing after it. */
export const headOnly: FakeBehavior = (exchange) => begin(exchange);

/** The head and keep-alive data, and no text until the client closes. */
export const keepAliveOnly: FakeBehavior = async (exchange) => {
  begin(exchange);
  const sse = exchange.contentType.includes('event-stream');
  while (!exchange.request.aborted && !exchange.response.destroyed) {
    exchange.response.write(sse ? ': keep-alive\n\n' : '\n');
    await sleep(30);
  }
};

/** The answer with a pause between head and first part. */
export const firstPartAfter =
  (ms: number): FakeBehavior =>
  async (exchange) => {
    begin(exchange);
    await sleep(ms);
    exchange.response.end(all(exchange).join(''));
  };

/** 200 with a body of this type instead of a stream. */
export const answersWith =
  (contentType: string, body: string | Buffer): FakeBehavior =>
  ({ response }) => {
    response.writeHead(200, { 'content-type': contentType });
    response.end(body);
  };

/** 200, a stream of these events and nothing else. */
export const streams =
  (...events: readonly string[]): FakeBehavior =>
  (exchange) => {
    begin(exchange);
    exchange.response.end(events.join(''));
  };

/** The events before the first part, and the end. */
export const beginsOnly: FakeBehavior = (exchange) => {
  begin(exchange);
  exchange.response.end(eventsIn(exchange).start);
};

/** A complete stream without text. */
export const emptyAnswer: FakeBehavior = (exchange) => {
  begin(exchange);
  const { stream, reply } = exchange;
  const one = stream();
  exchange.response.end(one.start(reply.usage) + one.finish(reply.finish, reply.usage));
};

/** The whole body changed as text, and sent at once. */
export const sends =
  (change: (body: string, events: readonly string[]) => string): FakeBehavior =>
  (exchange) => {
    begin(exchange);
    const events = all(exchange);
    exchange.response.end(change(events.join(''), events));
  };

/** The whole body in pieces of so many bytes, each a packet of its own. */
export const inPiecesOf =
  (bytes: number): FakeBehavior =>
  async (exchange) => {
    begin(exchange);
    exchange.response.socket?.setNoDelay(true);
    const body = Buffer.from(all(exchange).join(''));
    for (let at = 0; at < body.length && !exchange.request.aborted; at += bytes) {
      exchange.response.write(body.subarray(at, at + bytes));
      await turn();
    }
    exchange.response.end();
  };

export const compressed =
  (encoding: 'gzip' | 'br' | 'deflate', share = 1): FakeBehavior =>
  (exchange) => {
    const pack = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync }[encoding];
    const body = pack(all(exchange).join(''));
    begin(exchange, { 'content-encoding': encoding });
    exchange.response.end(body.subarray(0, Math.ceil(body.length * share)));
  };

/** The whole body, compressed like this, under this `content-encoding`. */
export const packedAs =
  (pack: (body: string) => Buffer, header: string | undefined): FakeBehavior =>
  (exchange) => {
    begin(exchange, header === undefined ? {} : { 'content-encoding': header });
    exchange.response.end(pack(all(exchange).join('')));
  };

/** A `content-length` that is so many bytes off; the correct answer is sent. */
export const lengthOff =
  (bytes: (size: number) => number): FakeBehavior =>
  async ({ response, contentType, ...exchange }) => {
    const body = Buffer.from(all({ response, contentType, ...exchange }).join(''));
    const { socket } = response;
    socket?.write(
      `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\ncontent-length: ${body.length + bytes(body.length)}\r\n\r\n`,
    );
    socket?.write(body);
    await sleep(travelMs);
    socket?.end();
  };

/** The first words, and then this. */
const after =
  (then: (exchange: Exchange) => void | Promise<void>): FakeBehavior =>
  async (exchange) => {
    begin(exchange);
    exchange.response.write(firstWords(exchange));
    await then(exchange);
  };

export const resetsInTheMiddle = after(async ({ response }) => {
  await sleep(travelMs);
  response.socket?.resetAndDestroy();
});

export const closesInTheMiddle = after(async ({ response }) => {
  await sleep(travelMs);
  response.socket?.destroy();
});

export const endsInTheMiddle = after(({ response }) => void response.end());

export const stallsInTheMiddle = after(() => {});

/** Half an event, and the end. */
export const endsInsideAnEvent = after((exchange) => {
  const next = eventsIn(exchange).words[wordsBefore] ?? '';
  exchange.response.end(next.slice(0, Math.floor(next.length / 2)));
});

export const failsInTheMiddle = (event: string): FakeBehavior =>
  after(({ response }) => void response.end(event));

/** Everything but the last events, and then no data with the socket open. */
export const withoutMarker =
  (missing: number): FakeBehavior =>
  (exchange) => {
    begin(exchange);
    exchange.response.write(all(exchange).slice(0, -missing).join(''));
  };

/** An event between two words. */
export const withInTheMiddle = (event: string): FakeBehavior =>
  sends((_body, events) => events.flatMap((each, at) => (at === 3 ? [event, each] : [each])).join(''));

/** Every event as it is, with the JSON of its data changed. */
export const withData = (change: (data: Record<string, unknown>) => void): FakeBehavior =>
  sends((body) =>
    body.replace(/\{.*\}/g, (json) => {
      const value = JSON.parse(json) as Record<string, unknown>;
      change(value);
      return JSON.stringify(value);
    }),
  );

/** Reasoning, text and calls, interleaved. */
export const interleaved =
  (reasoning: string, call: { readonly name: string; readonly input: string }): FakeBehavior =>
  (exchange) => {
    const { stream, reply, response } = exchange;
    const one = stream();
    const thoughts = wordsOf(reasoning);
    const words = wordsOf(reply.text);
    begin(exchange);
    response.write(one.start(reply.usage));
    for (const [at, word] of words.entries()) {
      const thought = thoughts[at];
      if (thought !== undefined) response.write(one.reasoning(thought));
      response.write(one.text(word));
    }
    response.write(one.toolCall({ id: 'call_0', ...call }, 0));
    response.end(one.finish('tool-calls', reply.usage));
  };

/** Rejects a conversation that ends with an assistant's message, as models without prefill do. */
export const refusesPrefill =
  (failure: FakeFailure): FakeBehavior =>
  ({ request, refuse, sendAnswer }) => {
    const { messages, contents, input } = request.body ?? {};
    const turns = (messages ?? contents ?? input) as readonly { readonly role?: string }[] | undefined;
    return /^(?:assistant|model)$/.test(turns?.at(-1)?.role ?? '') ? refuse(failure) : sendAnswer();
  };
