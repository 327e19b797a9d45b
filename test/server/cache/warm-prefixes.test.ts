import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warmPrefixes } from '../../../server/cache/warm-prefixes.ts';
import type { Message } from '../../../shared/chat.ts';

const first: readonly Message[] = [
  { role: 'system', content: 'be short' },
  { role: 'user', content: 'hi' },
];
const second: readonly Message[] = [
  ...first,
  { role: 'assistant', content: 'hello' },
  { role: 'user', content: 'more' },
];

test('a continued conversation finds the model that has read its start', () => {
  const warm = warmPrefixes();
  assert.equal(warm.find(second), undefined);
  warm.add(first, { model: 'openai/a', tokens: 100 });
  assert.deepEqual(warm.find(second), { model: 'openai/a', tokens: 100 });
  warm.add(second, { model: 'openai/b', tokens: 200 });
  const third: readonly Message[] = [
    ...second,
    { role: 'assistant', content: '…' },
    { role: 'user', content: 'x' },
  ];
  assert.equal(warm.find(third)?.model, 'openai/b', 'the longest beginning counts');
});
test('another conversation, or its first message, finds no model', () => {
  const warm = warmPrefixes();
  warm.add(first, { model: 'openai/a', tokens: 100 });
  assert.equal(warm.find(first), undefined);
  assert.equal(warm.find([{ role: 'user', content: 'hi' }, ...second.slice(2)]), undefined);
});
test('a prefix expires after five minutes', () => {
  let now = 1;
  const warm = warmPrefixes(() => now);
  warm.add(first, { model: 'openai/a', tokens: 100 });
  now += 299_000;
  assert.ok(warm.find(second));
  now += 302_000;
  assert.equal(warm.find(second), undefined);
});
