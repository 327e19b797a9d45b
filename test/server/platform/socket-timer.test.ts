/** Timers of sockets in a process that is stopped for a while, as by a laptop that sleeps. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { socketTimer } from '../../../server/platform/socket-timer.ts';

/** The whole thread stands still, and its timers with it. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

suite('timers of sockets', () => {
  test('what has arrived while the process was stopped counts before the time does', async (t) => {
    const talks =
      'let n = 0; const t = setInterval(() => { console.log(n); if (++n === 30) clearInterval(t); }, 50)';
    const service = spawn(process.execPath, ['-e', talks], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => service.kill());
    let expired = 0;
    let timer: ReturnType<typeof socketTimer> | undefined;
    let text = '';
    service.stdout.on('data', (piece: Buffer) => {
      text += piece;
      timer ??= socketTimer(400, () => {
        expired += 1;
      });
      timer.refresh();
      // Both within the second that counts as no stop, and beyond it.
      if (text.length === 2) standStill(600);
    });
    await new Promise((resolve) => service.stdout.once('data', resolve));
    await sleep(120);
    standStill(1_500);
    await new Promise((resolve) => service.stdout.on('end', resolve));
    assert.equal(expired, 0);
    assert.match(text, /\b29\n$/);
    await sleep(600);
    assert.equal(expired, 1, 'a service that has nothing more to say is given up');
  });

  test('a stop counts as no part of the time, and the service has as long as before', async () => {
    const startedAt = performance.now();
    const expiredAt = new Promise<number>((resolve) => {
      socketTimer(300, () => resolve(performance.now()));
    });
    standStill(1_500);
    const ms = (await expiredAt) - startedAt;
    assert.ok(ms >= 1_800 && ms < 2_500, `${ms} ms`);
  });

  test('a stopped timer never calls back, and one that is restarted does later', async () => {
    let expired = 0;
    const timer = socketTimer(20, () => {
      expired += 1;
    });
    await sleep(40);
    timer.stop();
    await sleep(120);
    assert.equal(expired, 0, 'stopped while the socket had its moment');
    timer.restart(30);
    await sleep(10);
    timer.refresh();
    await sleep(200);
    assert.equal(expired, 1);
  });
});
