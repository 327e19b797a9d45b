import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validFacts } from '../../../server/models/model-facts.ts';

test('keeps only fields of the expected shape', () => {
  assert.deepEqual(
    validFacts({
      chat: 'yes',
      tools: true,
      contextTokens: -1,
      sizeBytes: Number.POSITIVE_INFINITY,
      summary: `  <b>fine</b>\u202e\n${'x'.repeat(500)}`,
      licence: '   ',
      price: { input: '1' },
      extra: 1,
    }),
    { tools: true, summary: `<b>fine</b> ${'x'.repeat(188)}` },
  );
  assert.deepEqual(validFacts(null), {});
});
