import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';
import { debounce } from '../../../server/inline-completion/debounce.ts';
import { virtualClock } from '../../support/typing/virtual-clock.ts';

const place = (before: string, trigger: CompletionContext['trigger'] = 'automatic'): CompletionContext => ({
  uri: 'file:///a.ts',
  version: 1,
  languageId: 'typescript',
  before,
  after: '',
  indentation: { tabs: false, size: 2 },
  trigger,
});
const known = { usualMs: null, debounceMs: 100, isRepeatedLine: false };

test('each refusal makes the wait half as long again, each accept a fifth shorter', () => {
  const rhythm = debounce(virtualClock());
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
  const rhythm = debounce(clock);
  rhythm.rejected();
  await clock.pass(300_000);
  assert.equal(Math.round(rhythm.delayMs(place('foo'), known)), Math.round(100 * Math.sqrt(1.5)));
  await clock.pass(300_000);
  assert.equal(rhythm.delayMs(place('foo'), known), 100);
});

test('the wait stays between 50 and 3,000 ms, however often the user refuses or accepts', () => {
  const refusing = debounce(virtualClock());
  const accepting = debounce(virtualClock());
  for (let count = 0; count < 30; count++) {
    refusing.rejected();
    accepting.accepted();
  }
  assert.equal(refusing.delayMs(place('foo'), known), 3_000);
  assert.equal(accepting.delayMs(place('foo'), known), 50);
});

test('what the model takes counts as waiting', () => {
  const rhythm = debounce(virtualClock());
  assert.equal(rhythm.delayMs(place('foo'), { ...known, usualMs: 80 }), 20);
  assert.equal(rhythm.delayMs(place('foo'), { ...known, usualMs: 800 }), 0);
});

test('a line that was asked about in vain waits for a pause, however slow the model and however much was taken elsewhere', () => {
  const rhythm = debounce(virtualClock());
  const vain = { ...known, isRepeatedLine: true };
  assert.equal(rhythm.delayMs(place('foo'), vain), 320);
  assert.equal(rhythm.delayMs(place('foo\n'), vain), 320, 'at its start too');
  rhythm.accepted();
  assert.equal(rhythm.delayMs(place('foo'), { ...vain, usualMs: 2_000 }), 320);
  assert.equal(rhythm.delayMs(place('foo'), { ...vain, debounceMs: 800 }), 800);
  for (let count = 0; count < 3; count++) rhythm.rejected();
  assert.ok(rhythm.delayMs(place('foo'), vain) > 2 * 320);
});

test('a line that begins and a user who asks do not wait', () => {
  const rhythm = debounce(virtualClock());
  for (const before of ['', 'foo\n', 'foo\r\n\t  ']) assert.equal(rhythm.delayMs(place(before), known), 0);
  assert.equal(rhythm.delayMs(place('foo', 'invoked'), { ...known, isRepeatedLine: true }), 0);
});
