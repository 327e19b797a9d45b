/** No process and no request outlives the editor. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { onlyProviders } from '../../support/faults/servers.ts';
import { entry, fake } from './support.ts';

test('the server of an editor that is killed in the middle of an answer ends, and its request with it', async (t) => {
  const one = await fake(t, fakeOpenAi, {
    reply: 'a word every hundred milliseconds '.repeat(200),
    delayMs: 100,
  });
  const storagePath = mkdtempSync(join(tmpdir(), 'rumbo-'));
  const settings = onlyProviders({ lab: entry(one, { models: ['fake-model'] }) });
  const editor = fork(
    fileURLToPath(new URL('../../support/dying-editor.ts', import.meta.url)),
    [JSON.stringify({ storagePath, settings })],
    { env: { PATH: process.env['PATH'], HOME: storagePath } },
  );
  const [pid] = (await once(editor, 'message')) as [number];
  await waitUntil(() => one.chats.length === 1);
  editor.kill('SIGKILL');
  await once(editor, 'exit');
  await waitUntil(() => !isAlive(pid));
  assert.equal(one.chats.length, 1, 'the request was not sent again');
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Rejects after 15 seconds. */
async function waitUntil(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 15_000; !isSo(); await sleep(50))
    assert.ok(Date.now() < deadline, 'it did not happen in time');
}
