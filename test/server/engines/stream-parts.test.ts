/** The end of an answer on a real connection: no wait for an end marker, and the connection is reused. */
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectEngine } from '../../../server/engines/connect.ts';
import { openaiCompatible } from '../../../server/engines/openai-compatible.ts';
import { defaultTimeLimits } from '../../../server/engines/time-limits.ts';
import '../../support/load-undici.ts';
import { undiciHttp } from '../../../server/platform/http.ts';
import type { StreamFormat } from '../../../server/wire/wire-format.ts';
import type { FillRequest } from '../../../shared/chat.ts';
import { keySource } from '../../support/key-source.ts';
import { until } from '../../support/local-engines/connect.ts';

const { http, dispose } = undiciHttp({ systemCertificates: false });
after(dispose);

const chunk = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const text = chunk({ choices: [{ delta: { content: 'Hi' } }] });
const stop = chunk({ choices: [{ delta: {}, finish_reason: 'stop' }] });
const usage = chunk({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } });

/** Fill in the middle with the decoder of chat. */
const fill: StreamFormat<FillRequest> = {
  framing: 'sse',
  encode: () => ({ path: '/fill', body: {} }),
  decoder: () => openaiCompatible.wire.chat('m').decoder(),
};

/** A service that answers every chat by `respond`, and counts connections and sockets closed by the client. */
async function service(t: TestContext, respond: (response: ServerResponse) => void) {
  const seen = { connections: 0, closedEarly: 0 };
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.on('close', () => {
      if (!response.writableFinished) seen.closedEarly += 1;
    });
    respond(response);
  });
  server.on('connection', () => {
    seen.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const engine = connectEngine({
    provider: 'lab',
    label: 'Lab',
    definition: { ...openaiCompatible, wire: { ...openaiCompatible.wire, fill } },
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    http,
    keys: keySource(undefined),
    limits: defaultTimeLimits.local,
  });
  const ask = async () => {
    const before = performance.now();
    const parts = await Array.fromAsync(engine.stream('m', { messages: [] }, new AbortController().signal));
    return { last: parts.at(-1), ms: performance.now() - before };
  };
  return { seen, ask, engine };
}

const whole = { input: 1, cachedRead: 0, cacheWrite: 0, output: 1, reasoning: 0 };

describe('silence', { concurrency: true }, () => {
  test('a missing end marker is awaited briefly after reason and usage', async (t) => {
    const { seen, ask } = await service(t, (response) => response.write(text + stop + usage));
    const { last, ms } = await ask();
    assert.deepEqual(last, { type: 'finish', reason: 'stop', usage: whole });
    assert.ok(ms < 30_000, `${ms} ms`);
    await until(() => seen.closedEarly === 1);
  });

  test('missing usage is awaited briefly after the finish reason', async (t) => {
    const { seen, ask } = await service(t, (response) => response.write(text + stop));
    const { last, ms } = await ask();
    assert.deepEqual(last, { type: 'finish', reason: 'stop' });
    assert.ok(ms < 30_000, `${ms} ms`);
    await until(() => seen.closedEarly === 1);
  });

  test('the socket closes when a service keeps sending after its end', async (t) => {
    const { seen, ask } = await service(t, (response) => {
      response.write(text + stop + usage);
      const timer = setInterval(() => response.write(`: ${'x'.repeat(8_000)}\n\n`), 5);
      response.on('close', () => clearInterval(timer));
    });
    assert.equal((await ask()).last?.type, 'finish');
    await until(() => seen.closedEarly === 1);
  });

  test('silence ends an answer that may have ended, and nothing else does', async (t) => {
    const later = chunk({ choices: [{ delta: { content: ' more' }, finish_reason: 'stop' }] });
    const answer = async (respond: (response: ServerResponse) => void) => {
      const { engine } = await service(t, respond);
      let shown = '';
      const parts = engine.stream('m', { messages: [] }, new AbortController().signal);
      for await (const part of parts) if (part.type === 'text-delta') shown += part.text;
      return shown;
    };
    const [afterPause, inTwoPackets, withoutEnd, withPings] = await Promise.all([
      // Words after the finish reason, each within the limit.
      answer((response) => {
        response.write(text + stop);
        setTimeout(() => response.write(later), 1_200);
        setTimeout(() => response.end(later), 2_400);
      }),
      // An event that has begun is awaited.
      answer((response) => {
        response.write(text + stop + later.slice(0, 30));
        setTimeout(() => response.end(later.slice(30)), 2_600);
      }),
      // One without its line end is whole.
      answer((response) => response.write(text + stop + later.trimEnd())),
      // What only keeps the connection open is silence.
      answer((response) => {
        response.write(text + stop);
        const timer = setInterval(
          () => response.write(': ping\n\nevent: ping\ndata: {"type":"ping"}\n\n'),
          300,
        );
        response.on('close', () => clearInterval(timer));
      }),
    ]);
    assert.deepEqual(
      [afterPause, inTwoPackets, withoutEnd, withPings],
      ['Hi more more', 'Hi more', 'Hi more', 'Hi'],
    );
  });
});

test('a connection that breaks after the finish reason is harmless', async (t) => {
  const { ask } = await service(t, (response) => {
    response.write(text + stop);
    setTimeout(() => response.socket?.resetAndDestroy(), 30);
  });
  assert.deepEqual((await ask()).last, { type: 'finish', reason: 'stop' });
});

test('an end marker that arrives a little later leaves the connection usable', async (t) => {
  const { seen, ask } = await service(t, (response) => {
    response.write(text + stop + usage);
    setTimeout(() => response.end('data: [DONE]\n\n'), 20);
  });
  for (let round = 0; round < 3; round += 1) {
    await ask();
    await sleep(60);
  }
  assert.deepEqual(seen, { connections: 1, closedEarly: 0 });
});

test('an empty answer is an error, except for fill in the middle', async (t) => {
  const thought = chunk({ choices: [{ delta: { reasoning: 'Hm.' } }] });
  for (const before of ['', thought]) {
    const { ask, engine } = await service(t, (response) => response.end(`${before}${stop}data: [DONE]\n\n`));
    await assert.rejects(ask(), {
      kind: 'bad-response',
      message: 'The model’s answer is empty.',
    });
    const hole = { prefix: 'a', suffix: 'b' };
    const filled = await Array.fromAsync(engine.stream('m', hole, new AbortController().signal));
    assert.equal(filled.at(-1)?.type, 'finish');
  }
});

test('an empty answer that was cut or filtered keeps its finish reason', async (t) => {
  for (const reason of ['length', 'content_filter']) {
    const cut = chunk({ choices: [{ delta: {}, finish_reason: reason }] });
    const { ask } = await service(t, (response) => response.end(`${cut}data: [DONE]\n\n`));
    assert.equal((await ask()).last?.type, 'finish');
  }
});

test('a connection that breaks inside an event interrupts the answer, also after a finish reason', async (t) => {
  const { ask } = await service(t, (response) => {
    response.write(`${text}${stop}data: {"choices":[{"del`);
    setTimeout(() => response.socket?.resetAndDestroy(), 30);
  });
  await assert.rejects(ask(), { kind: 'interrupted' });
});
