import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnswerSample, modelStats } from '../../../server/metrics/model-stats.ts';

const lesson = (more: Partial<AnswerSample> = {}): AnswerSample => ({
  model: 'openai/gpt-6-sol',
  task: 'planning',
  estimatedTokens: 1_000,
  usage: { input: 1_200, output: 400 },
  firstTokenMs: 500,
  streamMs: 4_000,
  ...more,
});

test('a model is as fast as its last answers in the median, by the size of the prompt', () => {
  const past = modelStats();
  for (const firstTokenMs of [100, 200, 9_000]) past.record(lesson({ firstTokenMs, estimatedTokens: 500 }));
  past.record(lesson({ firstTokenMs: 3_000, estimatedTokens: 20_000 }));
  assert.deepEqual(past.speeds(800).get('openai/gpt-6-sol'), { firstTokenMs: 200, tokensPerSecond: 100 });
  assert.equal(past.speeds(50_000).get('openai/gpt-6-sol')?.firstTokenMs, 3_000);
});
test('a size never measured is judged by the others', () => {
  const past = modelStats();
  past.record(lesson());
  assert.equal(past.speeds(100_000).get('openai/gpt-6-sol')?.firstTokenMs, 500);
});
test('what was long ago makes room for what is', () => {
  const past = modelStats();
  for (let i = 0; i < 40; i++) past.record(lesson({ firstTokenMs: 5_000 }));
  for (let i = 0; i < 40; i++) past.record(lesson({ firstTokenMs: 50 }));
  assert.equal(past.speeds(1_000).get('openai/gpt-6-sol')?.firstTokenMs, 50);
});
test('an answer of a few words says nothing about its speed', () => {
  const past = modelStats();
  past.record(lesson({ usage: { input: 10, output: 2 } }));
  assert.equal(past.speeds(1_000).get('openai/gpt-6-sol')?.tokensPerSecond, null);
});
test('how a family counts is learnt from what it really counted, with the error that is left', () => {
  const past = modelStats();
  assert.equal(past.tokenRatios().size, 0);
  for (const input of [1_100, 1_200, 1_320]) past.record(lesson({ usage: { input, output: 1 } }));
  past.record(lesson({ model: 'openrouter/openai/gpt-6-luna', usage: { input: 1_200, output: 1 } }));
  const counting = past.tokenRatios().get('gpt');
  assert.equal(counting?.ratio, 1.2);
  assert.ok((counting?.error ?? 1) < 0.11);
});
test('how long answers get is learnt by task', () => {
  const past = modelStats();
  assert.equal(past.outputRange('planning'), undefined);
  for (let output = 100; output <= 1_000; output += 100) past.record(lesson({ usage: { input: 1, output } }));
  assert.deepEqual(past.outputRange('planning'), { low: 200, typical: 600, high: 1_000 });
  assert.equal(past.outputRange('verification'), undefined);
});
