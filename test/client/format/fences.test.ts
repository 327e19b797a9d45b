import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withFenceClosed } from '../../../client/format/fences.ts';

test('text without code, and code that was ended, stay as they are', () => {
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

test('code that was not ended is ended the way it began', () => {
  assert.equal(withFenceClosed('```ts\nconst a'), '```ts\nconst a\n```');
  assert.equal(withFenceClosed('````\n```\n'), '````\n```\n````');
  assert.equal(withFenceClosed('~~~\n```\n```'), '~~~\n```\n```\n~~~');
  assert.equal(withFenceClosed('```\na\n```\n\n```\nb'), '```\na\n```\n\n```\nb\n```');
  // An info string makes it no end.
  assert.equal(withFenceClosed('```\na\n```ts'), '```\na\n```ts\n```');
});

test('code in a list or a quotation is ended at its own depth', () => {
  assert.equal(withFenceClosed('1. Look:\n   ```ts\n   a'), '1. Look:\n   ```ts\n   a\n   ```');
  assert.equal(withFenceClosed('- ```\n  a'), '- ```\n  a\n  ```');
  assert.equal(withFenceClosed('- ```\n  a\n  ```\nend'), '- ```\n  a\n  ```\nend');
  assert.equal(withFenceClosed('> ```\n> a'), '> ```\n> a\n> ```');
});
