/** The real gateway of Portkey as a provider; it requires a header. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../e2e/server/support.ts';
import {
  expectAnswer,
  expectInterruptions,
  expectRefusals,
  listGateway,
  rumboBehind,
} from './expectations.ts';
import { startPortkey } from './start.ts';
import { startUpstream, upstreamModels } from './upstream.ts';

test('Portkey as a provider', async (t) => {
  const upstream = await startUpstream(t);
  const { baseUrl } = await startPortkey(t);
  const headers = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': upstream.baseUrl };

  await t.test('with its headers it answers and refuses as its service does', async (t) => {
    const rumbo = await rumboBehind(t, { baseUrl, headers });
    await listGateway(rumbo);
    await expectAnswer(rumbo);
    await expectInterruptions(rumbo);
    // A refused key is refused for every model, so it comes last.
    await expectRefusals(rumbo, undefined, ['bad-key', 'quota']);
    assert.ok(upstream.chats.every(({ headers: sent }) => sent['authorization'] === 'Bearer sk-of-the-user'));
  });

  await t.test('without them another provider answers', async (t) => {
    const rumbo = await rumboBehind(t, { baseUrl, models: [...upstreamModels] });
    const { result } = await ask(rumbo, { prompt: 'Say hello.' });
    assert.equal(result.receipt.model, 'spare/fake-model');
  });
});
