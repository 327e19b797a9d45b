/** The real TensorZero gateway as a provider: it has no list of models and answers 502 to every refusal. */
import { test } from 'node:test';
import { expectAnswer, expectInterruptions, expectRefusals, rumboBehind } from './expectations.ts';
import { startTensorZero } from './start.ts';
import { startUpstream, upstreamModels } from './upstream.ts';

const nameOf = (model: string): string => `tensorzero::model_name::${model}`;

test('TensorZero as a provider', async (t) => {
  const upstream = await startUpstream(t);
  const models = upstreamModels.map(
    (model) => `
[models.${model}]
routing = ["service"]
[models.${model}.providers.service]
type = "openai"
model_name = "${model}"
api_base = "${upstream.baseUrl}/"
`,
  );
  const { baseUrl } = await startTensorZero(
    t,
    `[gateway]\nobservability.enabled = false\n${models.join('')}`,
  );
  const rumbo = await rumboBehind(t, { baseUrl, models: upstreamModels.map(nameOf) });
  await t.test('an answer is whole', async () => {
    await expectAnswer(rumbo, nameOf('fine'));
  });
  await t.test('an interrupted answer is not whole', () => expectInterruptions(rumbo, nameOf));
  await t.test('a refusal has its kind', () => expectRefusals(rumbo, nameOf));
});
