/** Parts in keys: the bytes count, and are read once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestParts, messageKey } from '../../../server/cache/parts-key.ts';
import { cacheKey } from '../../../server/cache/response-cache.ts';
import type { Message } from '../../../shared/chat.ts';

const picture = (data: string, detail?: 'low') =>
  ({ type: 'image', mediaType: 'image/png', data, ...(detail ? { detail } : {}) }) as const;
const message = (...content: ReturnType<typeof picture>[]): Message => ({ role: 'user', content });

test('other bytes and other fields of a part are another key, equal ones the same', () => {
  const keyOf = (each: Message) => cacheKey([each], []);
  assert.equal(keyOf(message(picture('AAAA'))), keyOf(message(picture('AAAA'))));
  const keys = [
    message(picture('AAAA')),
    message(picture('AAAB')),
    message(picture('AAAA', 'low')),
    message(picture('AAAA'), picture('AAAA')),
  ].map(keyOf);
  assert.equal(new Set(keys).size, keys.length);
});

test('the key of a message holds no bytes, and text is itself', () => {
  const data = 'A'.repeat(1_000);
  assert.ok(JSON.stringify(messageKey(message(picture(data)))).length < 200);
  const text: Message = { role: 'user', content: 'hi' };
  assert.equal(messageKey(text), text);
});

test('a large conversation is digested in turns, a small one at once', async () => {
  assert.equal(digestParts([message(picture('AAAA')), { role: 'user', content: 'hi' }]), undefined);
  const parts = Array.from({ length: 4 }, (_, index) => picture('ABCD'[index]?.repeat(3_000_000) ?? ''));
  const digested = digestParts([message(...parts)]);
  let isLater = false;
  setImmediate(() => {
    isLater = true;
  });
  await digested;
  assert.ok(isLater);
});
