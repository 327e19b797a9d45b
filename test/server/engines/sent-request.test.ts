/** What counts as sent: every try is announced before it is sent, and what was sent without a response may be billed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectEngine } from '../../../server/engines/connect.ts';
import { openaiCompatible } from '../../../server/engines/openai-compatible.ts';
import { defaultTimeLimits } from '../../../server/engines/time-limits.ts';
import type { Http, HttpRequest } from '../../../server/platform/http.ts';
import type { BeforeSend, PartialUsage } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';
import { keySource } from '../../support/key-source.ts';

function engineOver(http: Http) {
  const sent: HttpRequest[] = [];
  const engine = connectEngine({
    provider: 'lab',
    label: 'Lab',
    definition: openaiCompatible,
    baseUrl: 'http://127.0.0.1:1/v1',
    http: (request) => {
      sent.push(request);
      return http(request);
    },
    keys: keySource('sk-1'),
    limits: defaultTimeLimits.api,
  });
  const ask = async (signal: AbortSignal, beforeSend?: BeforeSend) => {
    const billed: (PartialUsage | undefined)[] = [];
    const request = {
      messages: [{ role: 'user', content: 'hi' }],
      maxOutputTokens: 100,
      onBilledFailure: (usage: PartialUsage | undefined) => void billed.push(usage),
      ...(beforeSend ? { beforeSend } : {}),
    } as const;
    const error = await Array.fromAsync(engine.stream('m', request, signal)).then(
      () => assert.fail('it cannot answer'),
      (cause: unknown) => cause as RumboError,
    );
    return { error, billed };
  };
  return { sent, ask };
}
const never = new AbortController().signal;
const refusal = (message: string) => ({
  status: 400,
  headers: { 'content-type': 'application/json' },
  body: (async function* () {
    yield Buffer.from(JSON.stringify({ error: { message } }));
  })(),
});

test('a request that was cancelled before a response may be billed', async () => {
  const { ask } = engineOver(
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () =>
          reject(new RumboError('The request was cancelled.', { kind: 'cancelled' })),
        );
      }),
  );
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 5);
  const { error, billed } = await ask(controller.signal);
  assert.deepEqual([error.kind, error.data.accepted, billed], ['cancelled', true, [undefined]]);
});

test('a connection that was closed without a response may be billed, one that was never made is not', async () => {
  for (const unconnected of [true, false]) {
    const { ask } = engineOver(async () => {
      throw new RumboError('No.', { kind: 'unreachable', ...(unconnected ? { unconnected } : {}) });
    });
    const { error, billed } = await ask(never);
    assert.equal(error.data.accepted === true, !unconnected);
    assert.equal(billed.length, unconnected ? 0 : 1);
  }
});

test('a refusal is not billed', async () => {
  const { ask } = engineOver(async () => refusal('The model is overloaded.'));
  const { error, billed } = await ask(never);
  assert.deepEqual([error.data.accepted, billed], [undefined, []]);
});

test('each try is announced with the limit that it has, and none is sent against it', async () => {
  const announced: (number | undefined)[] = [];
  const { sent, ask } = engineOver(async ({ body }) => {
    const field = ['max_tokens', 'max_completion_tokens'].find((name) => Object.hasOwn(body as object, name));
    return refusal(`Unsupported parameter: '${field}' is not supported with this model.`);
  });
  const { error } = await ask(never, async (maxOutputTokens) => {
    announced.push(maxOutputTokens);
    if (maxOutputTokens === undefined)
      throw new RumboError('It could cost too much.', { kind: 'over-budget' });
  });
  assert.equal(error.kind, 'over-budget');
  assert.deepEqual(announced, [100, 100, undefined]);
  assert.equal(sent.length, 2);
});
