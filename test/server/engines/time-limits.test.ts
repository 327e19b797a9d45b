/** How long an answer may keep us waiting, on services that fall silent at each point. */
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, suite, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectEngine } from '../../../server/engines/connect.ts';
import { openaiCompatible } from '../../../server/engines/openai-compatible.ts';
import { carriesContent, responseTimer } from '../../../server/engines/time-limits.ts';
import '../../support/load-undici.ts';
import { undiciHttp } from '../../../server/platform/http.ts';
import type { EnginePart } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';
import { keySource } from '../../support/key-source.ts';

const { http, dispose } = undiciHttp({ systemCertificates: false });
after(dispose);
const never = new AbortController().signal;

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (more: object): string => event({ choices: [{ delta: more }] });
const end = event({
  choices: [{ delta: {}, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
});

/** A service that answers with this, and what became of a question to it. */
async function answerOf(
  t: TestContext,
  answer: (response: ServerResponse) => unknown,
  limits: { firstPartMs?: number; betweenPartsMs?: number },
  slowly: () => Promise<unknown> = async () => {},
) {
  const closed = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    request.resume();
    response.on('close', closed.resolve);
    void answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const keys = keySource(undefined);
  const engine = connectEngine({
    provider: 'lab',
    label: 'Lab',
    definition: openaiCompatible,
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    http,
    keys,
    limits: { connectMs: 5_000, firstPartMs: 30_000, betweenPartsMs: 30_000, ...limits },
  });
  const parts: EnginePart[] = [];
  let error: RumboError | undefined;
  try {
    for await (const part of engine.stream('m', { messages: [] }, never)) {
      parts.push(part);
      await slowly();
    }
  } catch (cause) {
    assert.ok(cause instanceof RumboError);
    error = cause;
  }
  await closed.promise;
  return { parts, error, leases: keys.leases };
}
const head = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();

// Together, because each of them waits.
suite('limits on a real connection', { concurrency: true }, () => {
  test('times out and closes the socket when a server accepts but never answers', async (t) => {
    const { error, leases } = await answerOf(t, () => {}, { firstPartMs: 300 });
    assert.equal(error?.kind, 'timeout');
    assert.equal(error.message, 'Lab did not begin to answer within 0.3 s.');
    assert.deepEqual([error.data.provider, error.data.model, error.data.status], ['lab', 'm', undefined]);
    assert.deepEqual(leases[0]?.ends, ['timeout']);
  });

  test('a timeout after the response head keeps its status', async (t) => {
    const { error } = await answerOf(t, head, { firstPartMs: 1_000 });
    assert.deepEqual([error?.kind, error?.data.status], ['timeout', 200]);
  });

  test('keep-alive data does not count as an answer', async (t) => {
    const beats = [': ping\n\n', 'event: ping\ndata: {"type":"ping"}\n\n', '\n\n', 'data:\n\n'];
    const trials = beats.map((beat) =>
      answerOf(
        t,
        async (response) => {
          head(response);
          for (let time = 0; time < 50 && !response.destroyed; time++) {
            response.write(beat);
            await sleep(10);
          }
          response.end();
        },
        { firstPartMs: 100 },
      ),
    );
    for (const { error } of await Promise.all(trials)) assert.equal(error?.kind, 'timeout');
  });

  test('a stalled stream is interrupted after its text, with its socket closed', async (t) => {
    const { parts, error } = await answerOf(
      t,
      async (response) => {
        head(response);
        response.write(delta({ content: 'Half' }));
        for (let time = 0; time < 50 && !response.destroyed; time++) {
          response.write(': still here\n\n');
          await sleep(10);
        }
      },
      { betweenPartsMs: 80 },
    );
    assert.deepEqual(parts, [{ type: 'text-delta', text: 'Half' }]);
    assert.equal(error?.kind, 'interrupted');
    assert.match(error.message, /^Lab sent no data for 0\.1 s\./);
  });

  test('reasoning and fragments of a call refresh the timer, however long they take', async (t) => {
    const { parts, error } = await answerOf(
      t,
      async (response) => {
        head(response);
        for (let step = 0; step < 6; step++) {
          response.write(delta({ reasoning_content: 'hm ' }));
          await sleep(120);
        }
        for (let step = 0; step < 6; step++) {
          response.write(
            delta({
              tool_calls: [
                { index: 0, id: 'c', function: step ? { arguments: step < 5 ? ' ' : '{}' } : { name: 'f' } },
              ],
            }),
          );
          await sleep(120);
        }
        response.end(end);
      },
      { firstPartMs: 1_000, betweenPartsMs: 1_000 },
    );
    assert.equal(error, undefined);
    assert.equal(parts.at(-1)?.type, 'finish');
    assert.ok(parts.some((part) => part.type === 'tool-call' && part.input === '{}'));
  });

  test('fragments of a call refresh the timer before the first part', async (t) => {
    const { error } = await answerOf(
      t,
      async (response) => {
        head(response);
        for (let step = 0; step < 8; step++) {
          response.write(
            delta({
              tool_calls: [{ index: 0, id: 'c', function: { name: step ? '' : 'f', arguments: '' } }],
            }),
          );
          await sleep(150);
        }
        response.end(end);
      },
      { firstPartMs: 1_000 },
    );
    assert.equal(error, undefined);
  });

  test('the consumer’s own time does not count', async (t) => {
    const { parts, error } = await answerOf(
      t,
      (response) => {
        head(response);
        response.end(delta({ content: 'a' }) + delta({ reasoning: 'b' }) + delta({ content: 'c' }) + end);
      },
      { betweenPartsMs: 400 },
      () => sleep(500),
    );
    assert.equal(error, undefined);
    assert.equal(parts.length, 4);
  });
});

test('the timer stops with the answer', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let expired = 0;
  const clock = responseTimer('Lab', { connectMs: 1, firstPartMs: 10, betweenPartsMs: 20 }, () => {
    expired += 1;
  });
  clock.pause();
  t.mock.timers.tick(50);
  clock.resume();
  t.mock.timers.tick(19);
  assert.equal(expired, 0);
  clock.stop();
  t.mock.timers.tick(100);
  assert.equal(expired, 0);
});

test('pings of every service are distinguished from content', () => {
  const table: [string | undefined, string, boolean][] = [
    ['ping', '{"type":"ping"}', false],
    [undefined, '{"type": "ping"}', false],
    ['keepalive', '{"type":"keepalive","sequence_number":4}', false],
    [undefined, ' ', false],
    [undefined, '{"choices":[]}', true],
    ['content_block_delta', '{"type":"content_block_delta"}', true],
    [undefined, '[DONE]', true],
  ];
  for (const [name, data, says] of table)
    assert.equal(carriesContent({ data, ...(name ? { event: name } : {}) }), says, data);
});
