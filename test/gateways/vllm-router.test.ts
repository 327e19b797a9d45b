/** The real vllm-router as a provider; it rules out its only worker after some refusals. */
import { test } from 'node:test';
import {
  expectAnswer,
  expectInterruptions,
  expectRefusals,
  listGateway,
  rumboBehind,
} from './expectations.ts';
import { startVllmRouter } from './start.ts';
import { startUpstream } from './upstream.ts';

test('vllm-router as a provider', async (t) => {
  const upstream = await startUpstream(t);
  const { baseUrl } = await startVllmRouter(t, new URL(upstream.baseUrl).origin);
  const rumbo = await rumboBehind(t, { baseUrl });
  await listGateway(rumbo);
  await t.test('an answer is whole', async () => {
    await expectAnswer(rumbo);
  });
  await t.test('an interrupted answer is not whole', () => expectInterruptions(rumbo));
  // It sends each limited request several times, and a failed one too, and then refuses everything for a minute.
  await t.test('a refusal has its kind', () =>
    expectRefusals(rumbo, undefined, ['quota', 'bad-key', 'broken']),
  );
});
