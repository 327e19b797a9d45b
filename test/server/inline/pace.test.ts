import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pace } from '../../../server/inline/pace.ts';
import type { Situation } from '../../../server/inline/situation.ts';
import { virtualClock } from '../../support/typing/virtual-clock.ts';

const place = (before: string, trigger: Situation['trigger'] = 'typing'): Situation => ({
  uri: 'file:///a.ts',
  version: 1,
  languageId: 'typescript',
  before,
  after: '',
  indentation: { tabs: false, size: 2 },
  trigger,
});
const known = { usualMs: null, debounceMs: 100, asked: 0 };

test('each refusal makes the wait half as long again, each accept a fifth shorter', () => {
  const rhythm = pace(virtualClock());
  assert.equal(rhythm.delayMs(place('foo'), known), 100);
  rhythm.rejected();
  assert.equal(Math.round(rhythm.delayMs(place('foo'), known)), 150);
  rhythm.rejected();
  assert.equal(Math.round(rhythm.delayMs(place('foo'), known)), 225);
  rhythm.accepted();
  assert.equal(Math.round(rhythm.delayMs(place('foo'), known)), 180);
});

test('outcomes are forgotten over ten minutes', async () => {
  const clock = virtualClock();
  const rhythm = pace(clock);
  rhythm.rejected();
  await clock.pass(300_000);
  assert.equal(Math.round(rhythm.delayMs(place('foo'), known)), Math.round(100 * Math.sqrt(1.5)));
  await clock.pass(300_000);
  assert.equal(rhythm.delayMs(place('foo'), known), 100);
});

test('the wait stays between 50 and 3,000 ms, however often the user refuses or accepts', () => {
  const refusing = pace(virtualClock());
  const accepting = pace(virtualClock());
  for (let count = 0; count < 30; count++) {
    refusing.rejected();
    accepting.accepted();
  }
  assert.equal(refusing.delayMs(place('foo'), known), 3_000);
  assert.equal(accepting.delayMs(place('foo'), known), 50);
});

test('what the model takes counts as waiting, but not on a line it was wrong about', () => {
  const rhythm = pace(virtualClock());
  assert.equal(rhythm.delayMs(place('foo'), { ...known, usualMs: 80 }), 20);
  assert.equal(rhythm.delayMs(place('foo'), { ...known, usualMs: 800 }), 0);
  assert.equal(Math.round(rhythm.delayMs(place('foo'), { ...known, usualMs: 800, asked: 1 })), 150);
  assert.equal(Math.round(rhythm.delayMs(place('foo'), { ...known, usualMs: 800, asked: 2 })), 225);
});

test('a line that begins and a user who asks do not wait', () => {
  const rhythm = pace(virtualClock());
  for (const before of ['', 'foo\n', 'foo\r\n\t  ']) assert.equal(rhythm.delayMs(place(before), known), 0);
  assert.equal(rhythm.delayMs(place('foo', 'asked'), { ...known, asked: 3 }), 0);
});

test('suggestions are welcome as long as the last one was taken', async () => {
  const clock = virtualClock();
  const rhythm = pace(clock);
  assert.equal(rhythm.welcome, false);
  rhythm.accepted();
  assert.equal(rhythm.welcome, true);
  rhythm.rejected();
  assert.equal(rhythm.welcome, false);
  rhythm.accepted();
  await clock.pass(600_000);
  assert.equal(rhythm.welcome, false);
});
