import assert from 'node:assert/strict';
import { test } from 'node:test';
import { providerRows, treeItemOf } from '../../../client/views/rows.ts';
import { sampleModel, sampleProvider } from '../samples.ts';

const soon = new Date(Date.now() + 60_000).toISOString();
const lab = sampleProvider({
  detail: 'Its limit is used up.',
  models: [sampleModel(), sampleModel({ id: 'lab/large', name: 'large' })],
  modelCooldowns: [
    { model: 'large', circuit: 'open', reason: 'It failed three times.', until: soon },
    { model: 'gone', circuit: 'half-open', reason: 'It was\n**silent**.' },
  ],
  windows: [{ unit: 'requests', limit: 60, remaining: 3, resetsAt: soon }],
  keys: [
    { name: 'LAB_KEY_1', requests: 12, failures: 0 },
    { name: 'LAB_KEY_2', requests: 3, failures: 3, cooldownReason: 'The key was refused.', until: soon },
  ],
});
const items = providerRows(lab).map((row) => treeItemOf(row, 'en-GB'));

test('a provider’s rows are its detail, keys, limits, and models with their cooldowns', () => {
  const shown = items.map(({ label, description }) => `${label} | ${description}`);
  // A minute from now may be another day.
  const time = /(?:\d+ \w+, )?\d?\d:\d\d/g;
  assert.deepEqual(
    shown.map((words) => words.replace(time, 'hh:mm')),
    [
      'Its limit is used up. | ',
      'LAB_KEY_1 | ok, 12 requests',
      'LAB_KEY_2 | cooling down until hh:mm: The key was refused.',
      '3/60 requests left | resets at hh:mm',
      'small | local · tier 3 · 32k · free',
      'large | cooling down until hh:mm · local · tier 3 · 32k · free',
      'gone | retrying: It was **silent**.',
    ],
  );
  assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
});

test('every tooltip is plain text, since Markdown from providers could load pictures', () => {
  // The tooltip of a model is made on hover.
  for (const { tooltip, contextValue } of [...items, treeItemOf({ type: 'provider', provider: lab })])
    assert.equal(typeof tooltip, contextValue?.startsWith('model;') ? 'undefined' : 'string');
});

test('a provider whose key was refused offers to set another', () => {
  const refused = sampleProvider({ state: 'cooling-down', rule: 'key', key: 'environment' });
  const { contextValue } = treeItemOf({ type: 'provider', provider: refused });
  assert.equal(contextValue, 'provider;key=environment;refused;cooldown;cooling-down');
});

test('hidden characters of names and texts are shown', () => {
  const hostile = sampleProvider({ label: 'Lab\u202e', models: [sampleModel({ name: 'small\u001b[2J' })] });
  const drawn = [
    treeItemOf({ type: 'provider', provider: hostile }),
    ...providerRows(hostile).map((row) => treeItemOf(row)),
  ];
  const texts = drawn.flatMap(({ label, description, tooltip }) => [label, description, tooltip]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters
  for (const text of texts) assert.doesNotMatch(String(text), /[\u001b\u202e]/);
  assert.ok(texts.includes('small\\u001B[2J'));
});
