import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withFenceClosed } from '../../../client/format/fences.ts';

test('text without code and closed code fences stay unchanged', () => {
  for (const text of [
    '',
    'one\ntwo',
    '```ts\na\n```',
    '~~~~\n```\n~~~~\nend',
    'a `b` c',
    '``` not a fence ```',
  ])
    assert.equal(withFenceClosed(text), text);
});

test('an open code fence is closed with the fence that opened it', () => {
  assert.equal(withFenceClosed('```ts\nconst a'), '```ts\nconst a\n```');
  assert.equal(withFenceClosed('````\n```\n'), '````\n```\n````');
  assert.equal(withFenceClosed('~~~\n```\n```'), '~~~\n```\n```\n~~~');
  assert.equal(withFenceClosed('```\na\n```\n\n```\nb'), '```\na\n```\n\n```\nb\n```');
  // An info string makes it no end.
  assert.equal(withFenceClosed('```\na\n```ts'), '```\na\n```ts\n```');
});

test('a code fence in a list or a quotation is closed at its own depth', () => {
  assert.equal(withFenceClosed('1. Look:\n   ```ts\n   a'), '1. Look:\n   ```ts\n   a\n   ```');
  assert.equal(withFenceClosed('- ```\n  a'), '- ```\n  a\n  ```');
  assert.equal(withFenceClosed('- ```\n  a\n  ```\nend'), '- ```\n  a\n  ```\nend');
  assert.equal(withFenceClosed('> ```\n> a'), '> ```\n> a\n> ```');
});
