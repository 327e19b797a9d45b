import assert from 'node:assert/strict';
import { test } from 'node:test';
import { itemMetrics } from '../../../server/inline-completion/item-metrics.ts';

function setUp() {
  const counted: string[] = [];
  const added: unknown[] = [];
  const metrics = itemMetrics({
    ledger: { inline: { add: (model, more) => void added.push([model, more]) } },
    metrics: {
      count: (name, labels, by = 1) => void counted.push(`${name} ${JSON.stringify(labels)} ${by}`),
    },
  });
  return { metrics, counted, added };
}
const item = (resultType: 'model' | 'cache' | 'typing-as-suggested' | 'read-ahead') => ({
  id: '1',
  model: 'lab/one' as const,
  resultType,
  suggestion: { insertText: 'a', replacesBefore: 0, replacesAfter: 0 },
});

test('every shown item is counted by its result type; one seen before is no further one in the ledger', () => {
  const { metrics, counted, added } = setUp();
  metrics.recordShown([item('model'), item('cache'), item('typing-as-suggested'), item('read-ahead')]);
  assert.equal(counted.length, 4);
  assert.deepEqual(added, [
    ['lab/one', { offered: 1 }],
    ['lab/one', { offered: 1 }],
  ]);
});

test('accepts and retained characters are counted for the model and its provider', () => {
  const { metrics, counted, added } = setUp();
  metrics.recordAccepted('lab/one');
  metrics.recordRetained('lab/one', 12);
  assert.deepEqual(added, [
    ['lab/one', { accepted: 1 }],
    ['lab/one', { keptCharacters: 12 }],
  ]);
  assert.deepEqual(counted, [
    'rumbo_inline_accepted_total {"provider":"lab"} 1',
    'rumbo_inline_kept_characters_total {"provider":"lab"} 12',
  ]);
});
