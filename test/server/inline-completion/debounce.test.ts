import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';
import { debounce } from '../../../server/inline-completion/debounce.ts';
import { virtualClock } from '../../support/typing/virtual-clock.ts';

const context = (before: string, trigger: CompletionContext['trigger'] = 'automatic'): CompletionContext => ({
  uri: 'file:///a.ts',
  version: 1,
  languageId: 'typescript',
  before,
  after: '',
  indentation: { tabs: false, size: 2 },
  trigger,
});
const input = { usualMs: null, debounceMs: 100, isRepeatedLine: false };

test('each rejection makes the delay half as long again, each accept a fifth shorter', () => {
  const delays = debounce(virtualClock());
  assert.equal(delays.delayMs(context('foo'), input), 100);
  delays.rejected();
  assert.equal(Math.round(delays.delayMs(context('foo'), input)), 150);
  delays.rejected();
  assert.equal(Math.round(delays.delayMs(context('foo'), input)), 225);
  delays.accepted();
  assert.equal(Math.round(delays.delayMs(context('foo'), input)), 180);
});

test('a reset forgets all outcomes', () => {
  const delays = debounce(virtualClock());
  delays.rejected();
  delays.reset();
  assert.equal(delays.delayMs(context('foo'), input), 100);
});

test('outcomes are forgotten over ten minutes', async () => {
  const clock = virtualClock();
  const delays = debounce(clock);
  delays.rejected();
  await clock.pass(300_000);
  assert.equal(Math.round(delays.delayMs(context('foo'), input)), Math.round(100 * Math.sqrt(1.5)));
  await clock.pass(300_000);
  assert.equal(delays.delayMs(context('foo'), input), 100);
});

test('the delay stays between 50 and 3,000 ms, however often the user rejects or accepts', () => {
  const rejecting = debounce(virtualClock());
  const accepting = debounce(virtualClock());
  for (let count = 0; count < 30; count++) {
    rejecting.rejected();
    accepting.accepted();
  }
  assert.equal(rejecting.delayMs(context('foo'), input), 3_000);
  assert.equal(accepting.delayMs(context('foo'), input), 50);
});

test('the model’s latency counts as delay', () => {
  const delays = debounce(virtualClock());
  assert.equal(delays.delayMs(context('foo'), { ...input, usualMs: 80 }), 20);
  assert.equal(delays.delayMs(context('foo'), { ...input, usualMs: 800 }), 0);
});

test('a repeated line waits for a pause, however slow the model and however many accepts elsewhere', () => {
  const delays = debounce(virtualClock());
  const repeated = { ...input, isRepeatedLine: true };
  assert.equal(delays.delayMs(context('foo'), repeated), 320);
  assert.equal(delays.delayMs(context('foo\n'), repeated), 320, 'at its start too');
  delays.accepted();
  assert.equal(delays.delayMs(context('foo'), { ...repeated, usualMs: 2_000 }), 320);
  assert.equal(delays.delayMs(context('foo'), { ...repeated, debounceMs: 800 }), 800);
  for (let count = 0; count < 3; count++) delays.rejected();
  assert.ok(delays.delayMs(context('foo'), repeated) > 2 * 320);
});

test('the start of a line and an invoked request do not wait', () => {
  const delays = debounce(virtualClock());
  for (const before of ['', 'foo\n', 'foo\r\n\t  ']) assert.equal(delays.delayMs(context(before), input), 0);
  assert.equal(delays.delayMs(context('foo', 'invoked'), { ...input, isRepeatedLine: true }), 0);
});
