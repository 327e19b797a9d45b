import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxRequestLength, requestSizeFault } from '../../shared/request-size.ts';

const file = (length: number) => ({
  uri: 'file:///a.ts',
  languageId: 'typescript',
  text: 'x'.repeat(length),
});

test('a request of up to 5 MB is sent, a larger one is refused with one action', () => {
  assert.equal(requestSizeFault({ prompt: 'x', file: file(maxRequestLength - 1) }), undefined);
  assert.equal(requestSizeFault({ prompt: 'x' }), undefined);
  for (const large of [
    { prompt: 'xx', file: file(maxRequestLength - 1) },
    { prompt: 'x'.repeat(maxRequestLength + 1) },
    { messages: [{ role: 'user' as const, content: 'x'.repeat(maxRequestLength + 1) }] },
  ])
    assert.match(requestSizeFault(large)?.message ?? '', /more than 5 MB/);
});
