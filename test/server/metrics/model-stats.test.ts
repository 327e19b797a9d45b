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

test('the speed of a model is the median of its latest answers, by prompt size', () => {
  const past = modelStats();
  for (const firstTokenMs of [100, 200, 9_000]) past.record(lesson({ firstTokenMs, estimatedTokens: 500 }));
  past.record(lesson({ firstTokenMs: 3_000, estimatedTokens: 20_000 }));
  assert.deepEqual(past.speeds(800).get('openai/gpt-6-sol'), { firstTokenMs: 200, tokensPerSecond: 100 });
  assert.equal(past.speeds(50_000).get('openai/gpt-6-sol')?.firstTokenMs, 3_000);
});
test('a prompt size without measurements uses those of another size', () => {
  const past = modelStats();
  past.record(lesson());
  assert.equal(past.speeds(100_000).get('openai/gpt-6-sol')?.firstTokenMs, 500);
});
test('new measurements replace old ones', () => {
  const past = modelStats();
  for (let i = 0; i < 40; i++) past.record(lesson({ firstTokenMs: 5_000 }));
  for (let i = 0; i < 40; i++) past.record(lesson({ firstTokenMs: 50 }));
  assert.equal(past.speeds(1_000).get('openai/gpt-6-sol')?.firstTokenMs, 50);
});
test('a short answer gives no speed', () => {
  const past = modelStats();
  past.record(lesson({ usage: { input: 10, output: 2 } }));
  assert.equal(past.speeds(1_000).get('openai/gpt-6-sol')?.tokensPerSecond, null);
});
test('the token ratio of a family comes from reported counts, with the remaining error', () => {
  const past = modelStats();
  assert.equal(past.tokenRatios().size, 0);
  for (const input of [1_100, 1_200, 1_320]) past.record(lesson({ usage: { input, output: 1 } }));
  past.record(lesson({ model: 'openrouter/openai/gpt-6-luna', usage: { input: 1_200, output: 1 } }));
  const counting = past.tokenRatios().get('gpt');
  assert.equal(counting?.ratio, 1.2);
  assert.ok((counting?.error ?? 1) < 0.11);
});
test('the length of answers is measured by task type', () => {
  const past = modelStats();
  assert.equal(past.outputRange('planning'), undefined);
  for (let output = 100; output <= 1_000; output += 100) past.record(lesson({ usage: { input: 1, output } }));
  assert.deepEqual(past.outputRange('planning'), { low: 200, typical: 600, high: 1_000 });
  assert.equal(past.outputRange('verification'), undefined);
});
