import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { createWatchdog } from '../../../client/server/watchdog.ts';

function watched(answer: () => Promise<unknown>) {
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
  let asleepMs = 0;
  let hung = 0;
  let pings = 0;
  const watchdog = createWatchdog({
    ping: () => {
      pings += 1;
      return answer();
    },
    onHung: () => {
      hung += 1;
    },
    now: () => Date.now() + asleepMs,
  });
  watchdog.start();
  return {
    watchdog,
    hung: () => hung,
    pings: () => pings,
    suspend: (ms: number) => {
      asleepMs += ms;
    },
    async pass(seconds: number) {
      for (let at = 0; at < seconds; at += 5) {
        mock.timers.tick(5_000);
        await Promise.resolve();
        await Promise.resolve();
      }
    },
  };
}
const never = () => new Promise<never>(() => undefined);

test('a server that answers, be it with an error, is left alone', async () => {
  const server = watched(() => Promise.reject(new Error('not yet')));
  await server.pass(300);
  assert.equal(server.hung(), 0);
  assert.ok(server.pings() > 50);
  server.watchdog.stop();
  mock.timers.reset();
});
test('a server that does not answer for half a minute is reported once', async () => {
  const server = watched(never);
  await server.pass(30);
  assert.equal(server.hung(), 0);
  await server.pass(300);
  assert.deepEqual([server.hung(), server.pings()], [1, 1]);
  mock.timers.reset();
});
test('suspended time does not count', async () => {
  const server = watched(never);
  await server.pass(25);
  server.suspend(3_600_000);
  await server.pass(25);
  assert.equal(server.hung(), 0);
  await server.pass(10);
  assert.equal(server.hung(), 1);
  mock.timers.reset();
});
test('one that was stopped reports nothing', async () => {
  const server = watched(never);
  await server.pass(20);
  server.watchdog.stop();
  await server.pass(300);
  assert.equal(server.hung(), 0);
  mock.timers.reset();
});
