/** The real LiteLLM proxy as a provider. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { listModels } from '../../shared/protocol.ts';
import { ask, failure } from '../e2e/server/support.ts';
import {
  expectAnswer,
  expectInterruptions,
  expectRefusals,
  listGateway,
  rumboBehind,
} from './expectations.ts';
import { startLiteLlm } from './start.ts';
import { startUpstream, upstreamModels } from './upstream.ts';

const masterKey = 'sk-of-the-user';

async function litellm(t: TestContext) {
  const upstream = await startUpstream(t);
  const deployment = (name: string, model: string, more = {}) => ({
    model_name: name,
    litellm_params: { model: `openai/${model}`, api_base: upstream.baseUrl, api_key: 'sk-up', ...more },
  });
  const { baseUrl } = await startLiteLlm(t, {
    model_list: [
      ...[...upstreamModels, 'gpt-4o'].map((name) => deployment(name, name)),
      deployment('falls', 'broken'),
      deployment('poor', 'fine', {
        max_budget: 1e-9,
        budget_duration: '1d',
        input_cost_per_token: 0.001,
        output_cost_per_token: 0.001,
      }),
      deployment('vectors', 'text-embedding-3-small'),
      deployment('pictures', 'gpt-image-1'),
    ],
    router_settings: { fallbacks: [{ falls: ['gpt-4o'] }] },
    general_settings: { master_key: masterKey },
  });
  return { upstream, baseUrl };
}

test('LiteLLM as a provider', async (t) => {
  const { upstream, baseUrl } = await litellm(t);
  const rumbo = await rumboBehind(t, { baseUrl });
  await listGateway(rumbo);

  await t.test('only models that chat are listed, with their limits', async () => {
    const models = await rumbo.connection.sendRequest(listModels, {});
    const named = (name: string) => models.find(({ id }) => id === `gate/${name}`);
    assert.equal(named('vectors'), undefined);
    assert.equal(named('pictures'), undefined);
    assert.equal(named('gpt-4o')?.contextTokens, 128_000);
  });

  await t.test('a refusal has its kind, at once and after one try', async () => {
    await expectRefusals(rumbo);
    const tries = upstream.chats.filter(({ body }) => body?.['model'] === 'limited').length;
    assert.ok(tries <= 1, `${tries} tries in spite of the wait`);
  });

  await t.test('an interrupted answer is not whole', () => expectInterruptions(rumbo));
  await t.test('an answer is whole', async () => {
    await expectAnswer(rumbo);
  });

  await t.test('a paid answer is not free', async () => {
    const { costUsd } = await expectAnswer(rumbo, 'gpt-4o');
    assert.ok((costUsd ?? 0) > 0, `${costUsd}`);
  });

  await t.test('a fallback behind it is named', async () => {
    const receipt = await expectAnswer(rumbo, 'falls');
    assert.equal(receipt.servedBy, 'gpt-4o');
    assert.ok(receipt.reasons.some((reason) => reason.includes('gpt-4o')));
  });

  await t.test('a model over its budget is not asked again, and the others are', async () => {
    const poor = () => ask(rumbo, { prompt: 'Say hello.', model: 'gate/poor', useCache: false });
    await poor();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const { kind, attempts } = await failure(poor());
    assert.equal(attempts?.[0]?.outcome ?? kind, 'payment-required');
    await expectAnswer(rumbo);
  });
});

test('a wrong key of LiteLLM is a wrong key, and another provider answers', async (t) => {
  const { baseUrl } = await litellm(t);
  const rumbo = await rumboBehind(t, { baseUrl, keyEnv: 'OTHER', models: ['fine'] });
  const { kind } = await failure(ask(rumbo, { prompt: 'Say hello.', model: 'gate/fine' }));
  assert.equal(kind, 'unauthorized');
  const { result } = await ask(rumbo, { prompt: 'Say hello.' });
  assert.equal(result.receipt.model, 'spare/fake-model');
});
