import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { copyExtension } from '../../scripts/code-server/copy-extension.ts';

test('an extension is copied as built, once, and deleting the copy does not affect the project', () => {
  const extension = mkdtempSync(join(tmpdir(), 'rumbo-extension-'));
  const extensions = mkdtempSync(join(tmpdir(), 'rumbo-extensions-'));
  writeFileSync(
    join(extension, 'package.json'),
    JSON.stringify({ publisher: 'rumbo', name: 'probe', version: '1.0.0' }),
  );
  mkdirSync(join(extension, 'dist'));
  writeFileSync(join(extension, 'dist', 'client.cjs'), '');

  copyExtension(extension, extensions);
  copyExtension(extension, extensions);
  const installed = join(extensions, 'rumbo.probe-1.0.0');
  assert.ok(existsSync(join(installed, 'dist', 'client.cjs')));
  const list = JSON.parse(readFileSync(join(extensions, 'extensions.json'), 'utf8'));
  assert.equal(list.length, 1);
  assert.equal(list[0].location.path, installed);

  rmSync(installed, { recursive: true });
  assert.ok(existsSync(join(extension, 'dist', 'client.cjs')));
});
