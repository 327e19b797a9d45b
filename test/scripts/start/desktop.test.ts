import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { desktopCode } from '../../../scripts/start/desktop.ts';

const withCode = (...folder: string[]) => {
  const bin = join(mkdtempSync(join(tmpdir(), 'rumbo-desktop-')), ...folder);
  mkdirSync(bin, { recursive: true });
  const code = join(bin, 'code');
  writeFileSync(code, '');
  chmodSync(code, 0o755);
  return { bin, code };
};

test('desktop VS Code is used when it is on the PATH and there is a display', {
  skip: process.platform !== 'linux',
}, () => {
  const { bin, code } = withCode('bin');
  assert.equal(desktopCode({ PATH: bin, DISPLAY: ':0' }), code);
  assert.equal(desktopCode({ PATH: bin }), undefined);
  assert.equal(desktopCode({ PATH: '/nowhere', DISPLAY: ':0' }), undefined);
});

test("a remote window's own code command is not the desktop", () => {
  const { bin } = withCode('bin', 'remote-cli');
  assert.equal(desktopCode({ PATH: bin, DISPLAY: ':0' }), undefined);
});
