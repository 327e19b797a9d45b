/** Every claim of SECURITY.md names a test that exists. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../', import.meta.url);
const text = readFileSync(new URL('SECURITY.md', root), 'utf8');

test('each promise names its tests, and they exist', () => {
  const [, promises = ''] = /\| Promise \| Test \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(text) ?? [];
  const rows = promises.trim().split('\n');
  assert.ok(rows.length > 15);
  for (const row of rows) {
    const files = [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);
    assert.ok(files.length > 0, row);
    for (const path of files) assert.ok(existsSync(new URL(path, root)), path);
  }
});
