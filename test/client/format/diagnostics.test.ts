/** Diagnostics as text, with a server and without one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnosticsText } from '../../../client/format/diagnostics.ts';

test('the text is JSON with both halves', () => {
  const text = diagnosticsText({ vscode: '1.139.1' }, { version: '0.1.0', health: 'ready\u202e' });
  assert.deepEqual(JSON.parse(text), {
    editor: { vscode: '1.139.1' },
    server: { version: '0.1.0', health: 'ready\u202e' },
  });
  assert.doesNotMatch(text, /\u202e/);
});

test('a server that does not answer is part of the report', () => {
  assert.deepEqual(JSON.parse(diagnosticsText({}, new Error('It stopped.'))).server, {
    error: 'It stopped.',
  });
});
