/** Gateways between Rumbo and the services behind them: recognized by what they send, and asked in their own words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectEngine } from '../../../server/engines/connect.ts';
import { gatewayOf, gatewayOfList } from '../../../server/engines/gateways.ts';
import { openaiCompatible } from '../../../server/engines/openai-compatible.ts';
import type { HttpRequest } from '../../../server/platform/http.ts';
import type { EnginePart } from '../../../shared/chat.ts';
import { keySource } from '../../support/key-source.ts';

const created = 1_677_610_602;
const litellmEntry = (id: string) => ({ id, object: 'model', created, owned_by: 'openai' });

test('LiteLLM is recognized by its headers, also those of a refusal', () => {
  assert.equal(gatewayOf({ 'x-litellm-call-id': 'a', 'x-litellm-response-cost': '0' })?.label, 'LiteLLM');
  assert.equal(gatewayOf({ 'x-litellm-version': '1.109.3' })?.label, 'LiteLLM');
  assert.equal(gatewayOf({ 'x-request-id': 'a', server: 'uvicorn' }), undefined);
  assert.equal(gatewayOf({}), undefined);
});

test('LiteLLM is recognized by its list of models, which has no such headers', () => {
  const list = (...ids: string[]) => ({ object: 'list', data: ids.map(litellmEntry) });
  assert.equal(gatewayOfList(list('team/large'))?.label, 'LiteLLM');
  assert.equal(gatewayOfList(list('gpt-3.5-turbo', 'team/large'))?.label, 'LiteLLM');
  // OpenAI's own model of that age, in a copy of its list.
  assert.equal(gatewayOfList(list('gpt-3.5-turbo')), undefined);
  const mixed = { data: [litellmEntry('a'), { ...litellmEntry('b'), created: 1 }] };
  for (const other of [list(), mixed, { data: [{ id: 'x' }] }, [], null, 'list'])
    assert.equal(gatewayOfList(other), undefined);
});

test('a fallback behind LiteLLM names the model that answered', () => {
  const substitute = (fallbacks: string | undefined, group: string | undefined) =>
    gatewayOf({
      'x-litellm-call-id': 'a',
      'x-litellm-attempted-fallbacks': fallbacks,
      'x-litellm-model-group': group,
    })?.substitute(
      { 'x-litellm-attempted-fallbacks': fallbacks, 'x-litellm-model-group': group },
      'team/large',
    );
  assert.equal(substitute('1', 'team/small'), 'team/small');
  // The name differs for another reason: an alias.
  assert.equal(substitute('0', 'team/small'), undefined);
  assert.equal(substitute('1', 'team/large'), undefined);
  assert.equal(substitute('1', undefined), undefined);
  assert.equal(substitute(undefined, undefined), undefined);
});

type Reply = { readonly headers?: Readonly<Record<string, string>>; readonly body: unknown };

/** An engine whose service sends these replies in turn, the last again and again. */
function engineOf(...replies: readonly [Reply, ...Reply[]]) {
  const requests: HttpRequest[] = [];
  const engine = connectEngine({
    provider: 'lab',
    label: 'Lab',
    definition: openaiCompatible,
    baseUrl: 'http://lab.test/v1',
    keys: keySource('sk-lab'),
    limits: { connectMs: 1_000, firstPartMs: 1_000, betweenPartsMs: 1_000 },
    http: async (request) => {
      const { headers = {}, body } = replies[Math.min(requests.length, replies.length - 1)] ?? replies[0];
      requests.push(request);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return {
        status: 200,
        headers,
        body: (async function* () {
          yield Buffer.from(text);
        })(),
      };
    },
  });
  const never = new AbortController().signal;
  return {
    requests,
    list: () => engine.listModels(never),
    ask: (): Promise<EnginePart[]> =>
      Array.fromAsync(engine.stream('team/large', { messages: [{ role: 'user', content: 'hi' }] }, never)),
  };
}

const answer =
  'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\ndata: [DONE]\n\n';
const retriesIn = ({ headers }: HttpRequest) => headers['x-litellm-num-retries'];

test('LiteLLM is asked not to try again by itself, once it is recognized', async () => {
  const byList = engineOf({ body: { data: [litellmEntry('team/large')] } }, { body: answer });
  await byList.list();
  await byList.ask();
  assert.deepEqual(byList.requests.map(retriesIn), [undefined, '0']);
  assert.equal(byList.requests[1]?.headers['authorization'], 'Bearer sk-lab');

  const byHeaders = engineOf({ headers: { 'x-litellm-call-id': 'a' }, body: answer }, { body: answer });
  await byHeaders.ask();
  await byHeaders.ask();
  assert.deepEqual(byHeaders.requests.map(retriesIn), [undefined, '0']);
});

test('no other service is sent a header of a gateway', async () => {
  const other = engineOf({ body: { data: [{ id: 'x', created: 1, owned_by: 'vllm' }] } }, { body: answer });
  await other.list();
  await other.ask();
  await other.ask();
  for (const { headers } of other.requests)
    assert.deepEqual(Object.keys(headers).sort(), ['accept', 'authorization']);
});

test('an answer by a fallback behind LiteLLM names its model, and a cut one is cut all the same', async () => {
  const headers = {
    'x-litellm-call-id': 'a',
    'x-litellm-attempted-fallbacks': '1',
    'x-litellm-model-group': 'team/small',
  };
  const [, finish] = await engineOf({ headers, body: answer }).ask();
  assert.ok(finish?.type === 'finish' && finish.servedBy === 'team/small');
  const [, plain] = await engineOf({ headers: { 'x-litellm-call-id': 'a' }, body: answer }).ask();
  assert.ok(plain?.type === 'finish' && !('servedBy' in plain));
  const cut = engineOf({ headers, body: answer.slice(0, 40) });
  await assert.rejects(cut.ask());
});
