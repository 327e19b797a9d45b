/** The real addon in its own process against a real Secret Service, and against none. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

/** Runs the driver in a session bus of its own; `unlock` starts a keyring on it. */
function session(unlock: boolean, script = 'drive-keychain.ts'): { result: unknown; err: string } {
  const driver = new URL(script, import.meta.url).pathname;
  const home = mkdtempSync(join(tmpdir(), 'rumbo-keyring-'));
  const keyring = 'printf x | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 && ';
  const command = `${unlock ? keyring : ''}exec "${process.execPath}" "${driver}"`;
  // Without a keyring the bus must know no services either, else it starts one by itself.
  const bus = unlock
    ? ['dbus-run-session', '--']
    : ['env', '-u', 'DBUS_SESSION_BUS_ADDRESS', 'DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent'];
  const [program = '', ...words] = [...bus, 'sh', '-c', command];
  const { stdout, stderr } = spawnSync(program, words, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: home, LANG: 'C.UTF-8' },
  });
  return { result: stdout === '' ? undefined : JSON.parse(stdout), err: stderr };
}

test('a key is set, found again by another process, and removed, in the real keychain', () => {
  const { result, err } = session(true);
  assert.deepEqual(
    result,
    {
      missing: null,
      found: 'sk-ñ-canary-42',
      foundAgain: 'sk-ñ-canary-42',
      removed: true,
      gone: null,
      removedTwice: false,
    },
    err,
  );
});
test('corrections are stored encrypted with a key of the keychain, and a plain file of an earlier version is replaced', () => {
  const { result, err } = session(true, 'drive-corrections.ts');
  assert.deepEqual(
    result,
    { first: 1, second: 2, files: ['corrections.encrypted.json'], hasPlainText: false, isAppliedLater: true },
    err,
  );
});
test('without a Secret Service a set fails with the reason, and nothing hangs', () => {
  const { result, err } = session(false);
  assert.match(JSON.stringify(result), /"error":".+/, err);
});
