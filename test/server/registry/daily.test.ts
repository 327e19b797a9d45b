/** A refresh runs once a day, in one of several windows, and only if enabled. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { dailyJob } from '../../../server/registry/daily.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Lets what waits for promises go on. */
const settle = async () => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

async function pass(ms: number, stepMs = 10 * minuteMs): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) {
    mock.timers.tick(Math.min(stepMs, left));
    await settle();
  }
}

/** Whether it went well. */
type Run = (signal: AbortSignal) => Promise<boolean>;

/** `start` is the last time it was done, in milliseconds since 1970. */
function clockwork(lastMs: number, run: Run = async () => true) {
  const state = { lastMs, runs: 0 };
  const each = dailyJob({
    lastAtMs: () => state.lastMs,
    now: Date.now,
    random: () => 0.5,
    run: async (signal) => {
      state.runs += 1;
      if (await run(signal)) state.lastMs = Date.now();
    },
  });
  return { state, each };
}

test.beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 100 * 24 * hourMs }));
test.afterEach(() => mock.timers.reset());

test('the job runs only while it is enabled', async () => {
  const { state, each } = clockwork(0);
  await pass(48 * hourMs);
  assert.equal(state.runs, 0);
  each.setEnabled(true);
  each.setEnabled(false);
  await pass(48 * hourMs);
  assert.equal(state.runs, 0);
});

test('a due job runs a minute after the start, then once a day', async () => {
  const { state, each } = clockwork(0);
  each.setEnabled(true);
  each.setEnabled(true);
  await pass(20_000, 20_000);
  assert.equal(state.runs, 0, 'a start has better to do');
  await pass(40_000, 20_000);
  assert.equal(state.runs, 1);
  await pass(23 * hourMs);
  assert.equal(state.runs, 1);
  await pass(3 * hourMs);
  assert.equal(state.runs, 2);
  each.dispose();
});

test('a job that another window has run today does not run again', async () => {
  const { state, each } = clockwork(Date.now() - hourMs);
  each.setEnabled(true);
  await pass(22 * hourMs);
  state.lastMs = Date.now();
  await pass(20 * hourMs);
  assert.equal(state.runs, 0);
  each.dispose();
});

test('a failed job runs again in an hour or two, not at once', async () => {
  const { state, each } = clockwork(0, async () => false);
  each.setEnabled(true);
  await pass(hourMs);
  assert.equal(state.runs, 1);
  await pass(hourMs);
  assert.equal(state.runs, 2);
  each.dispose();
});

test('disabling the job aborts a run', async () => {
  let seen: AbortSignal | undefined;
  const { each } = clockwork(0, (signal) => {
    seen = signal;
    return new Promise(() => {});
  });
  each.setEnabled(true);
  await pass(2 * minuteMs, minuteMs);
  assert.equal(seen?.aborted, false);
  each.setEnabled(false);
  assert.equal(seen?.aborted, true);
});
