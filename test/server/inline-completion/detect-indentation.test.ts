import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectIndentation } from '../../../server/inline-completion/detect-indentation.ts';

test('indentation is detected from the document', () => {
  assert.deepEqual(detectIndentation('a {\n  b {\n    c\n  }\n}\n', 'typescript'), { tabs: false, size: 2 });
  assert.deepEqual(detectIndentation('def a():\n    if b:\n        c\n', 'python'), { tabs: false, size: 4 });
  assert.deepEqual(detectIndentation('a {\n\tb {\n\t\tc\n', 'java'), { tabs: true, size: 4 });
});

test('comments, blank lines and alignment do not count', () => {
  const text = '/**\n * a\n * b\n */\ncall(a,\n     b)\nif (c) {\n    d\n\n    e\n}\n';
  assert.deepEqual(detectIndentation(text, 'typescript'), { tabs: false, size: 4 });
});

test('a document without indentation has the usual one of its language', () => {
  assert.deepEqual(detectIndentation('', 'go'), { tabs: true, size: 4 });
  assert.deepEqual(detectIndentation('a: 1\n', 'yaml'), { tabs: false, size: 2 });
  assert.deepEqual(detectIndentation('x', 'typescript'), { tabs: false, size: 4 });
});
