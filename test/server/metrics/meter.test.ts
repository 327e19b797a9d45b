/** One attempt measured: text, calls, reasoning, and every try that the service had accepted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meter } from '../../../server/metrics/meter.ts';
import { noUsage } from '../../../shared/chat.ts';

const newMeter = () =>
  meter(
    20,
    (text) => text.length,
    () => 5,
  );

test('text, reasoning and tool calls count where the service reports nothing', () => {
  const metered = newMeter();
  metered.observe({ type: 'reasoning-delta', text: 'hmm' });
  metered.observe({ type: 'text-delta', text: 'one' });
  metered.observe({ type: 'tool-call', id: 'a', name: 'f', input: '{"x":1}' });
  metered.observe({ type: 'finish', reason: 'tool-calls' });
  const { usage, usageEstimated, firstTokenAt } = metered.result();
  assert.deepEqual(usage, { ...noUsage, input: 20, output: 16, reasoning: 3 });
  assert.deepEqual([usageEstimated, firstTokenAt], [true, 5]);
});

test('a report without the prompt is completed', () => {
  const metered = newMeter();
  metered.observe({ type: 'text-delta', text: 'one' });
  metered.observe({ type: 'finish', reason: 'stop', partialUsage: { output: 4 } });
  assert.deepEqual(metered.result().usage, { ...noUsage, input: 20, output: 4 });
});

test('a try that failed before its first part counts beside the one that answered', () => {
  const metered = newMeter();
  metered.observe({ type: 'text-delta', text: 'one' });
  metered.observe({ type: 'finish', reason: 'stop', usage: { ...noUsage, input: 22, output: 4 } });
  const { usage, usageEstimated, tries } = metered.result([
    { usage: { input: 25 }, hasParts: false },
    { usage: undefined, hasParts: false },
  ]);
  assert.deepEqual(
    tries?.map(({ input, output }) => [input, output]),
    [
      [25, 0],
      [20, 0],
      [22, 4],
    ],
  );
  assert.deepEqual([usage.input, usage.output, usageEstimated], [67, 4, true]);
});

test('a failure in the middle has what the service had reported, and the text so far', () => {
  const metered = newMeter();
  metered.observe({ type: 'text-delta', text: 'some words' });
  const { usage, tries } = metered.result([{ usage: { input: 25 }, hasParts: true }]);
  assert.deepEqual([usage.input, usage.output], [25, 10]);
  assert.equal(tries?.length, 1);
});

test('an attempt whose every try failed before its first part is those tries', () => {
  const { usage, tries } = newMeter().result([{ usage: { input: 25 }, hasParts: false }]);
  assert.deepEqual([usage.input, usage.output, tries?.length], [25, 0, 1]);
  assert.equal(newMeter().result().usage.input, 20);
});
