import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cheapestDescriber,
  llmDescriptionLoader,
} from '../../../../server/models/loaders/llm-description.ts';
import { toServedModels } from '../../../../server/models/model-set.ts';
import type { Model } from '../../../../shared/models.ts';

const signal = new AbortController().signal;
const model = (id: Model['id'], more: Partial<Model> = {}): Model => ({
  id,
  provider: 'p',
  name: 'm',
  source: 'api',
  private: false,
  toggle: true,
  locked: false,
  tier: null,
  contextTokens: null,
  maxOutputTokens: null,
  abilities: { tools: null, vision: null },
  price: null,
  ...more,
});
const local = { source: 'local', private: true, price: { input: 0, output: 0 } } as const;

test('the cheapest allowed model describes the others, a paid one only if the user allows it', () => {
  const dear = model('p/dear', { price: { input: 5, output: 25 } });
  const cheap = model('p/cheap', { price: { input: 0.1, output: 0.4 } });
  const small = model('l/small', { ...local, tier: 1 });
  const large = model('l/large', { ...local, tier: 3 });
  const all = [dear, model('p/unknown'), cheap, small, large];
  assert.equal(cheapestDescriber(all, 'off'), undefined);
  assert.equal(cheapestDescriber(all, 'free'), 'l/large');
  assert.equal(cheapestDescriber(all, 'paid'), 'l/large');
  assert.equal(cheapestDescriber([dear, cheap], 'free'), undefined);
  assert.equal(cheapestDescriber([dear, cheap], 'paid'), 'p/cheap');
  assert.equal(cheapestDescriber([{ ...cheap, price: { input: 0, output: 0 } }], 'free'), undefined);
  assert.equal(cheapestDescriber([{ ...small, private: false }], 'free'), undefined);
  for (const excluded of [{ locked: true }, { toggle: false }])
    assert.equal(cheapestDescriber([{ ...small, ...excluded }], 'paid'), undefined);
});

const loaderAnswering = (answer: string) => {
  const prompts: string[] = [];
  const loader = llmDescriptionLoader({
    describer: () => 'l/small',
    ask: async (_model, prompt) => {
      prompts.push(prompt);
      return answer;
    },
  });
  return { loader, prompts };
};
const [a, b] = toServedModels({ provider: 'p', kind: 'p', source: 'local' }, [
  { name: 'a' },
  { name: 'b"\\n' },
]);
assert.ok(a && b);

test('a batch is one request, and its answer is parsed with any text around the JSON', async () => {
  const list = '[{"model": "p/a", "summary": "Writes code.", "types": ["chat", "fim", "magic"]}]';
  for (const answer of [
    list,
    `Sure!\n\`\`\`json\n${list}\n\`\`\`\nDone.`,
    `{"models": ${list}}`,
    list.slice(1, -1),
  ]) {
    const { loader, prompts } = loaderAnswering(answer);
    const found = await loader.load([a, b], signal);
    assert.deepEqual(
      [...found],
      [
        ['p/a', { summary: 'Writes code.', chat: true, fim: true }],
        [b.id, {}],
      ],
      answer,
    );
    assert.equal(prompts.length, 1);
    assert.match(prompts[0] ?? '', /"p\/a"\n"p\/b\\"\\\\n"/);
  }
});

test('ignores entries of other models or of another shape; rejects an answer without JSON', async () => {
  const odd = [
    { model: 'p/else', summary: 'x', types: [] },
    { model: 'p/a', summary: 7, types: ['chat'] },
    { model: 'p/a' },
    'p/a',
  ];
  const { loader } = loaderAnswering(JSON.stringify(odd));
  assert.deepEqual((await loader.load([a], signal)).get('p/a'), {});
  for (const answer of ['I cannot.', '[{"model": "p/a"', ''])
    await assert.rejects(loaderAnswering(answer).loader.load([a], signal));
});

test('applies to no model when none may describe the others', () => {
  const loader = llmDescriptionLoader({ describer: () => undefined, ask: () => assert.fail('no request') });
  assert.equal(loader.appliesTo(a), false);
});
