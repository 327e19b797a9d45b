import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnswerSample, createModelStats } from '../../../server/metrics/model-stats.ts';

const sample = (more: Partial<AnswerSample> = {}): AnswerSample => ({
  model: 'openai/gpt-6-sol',
  task: 'planning',
  estimatedTokens: 1_000,
  usage: { input: 1_200, output: 400 },
  firstTokenMs: 500,
  streamMs: 4_000,
  ...more,
});

test('the speed of a model is the median of its latest answers, by prompt size', () => {
  const stats = createModelStats();
  for (const firstTokenMs of [100, 200, 9_000]) stats.record(sample({ firstTokenMs, estimatedTokens: 500 }));
  stats.record(sample({ firstTokenMs: 3_000, estimatedTokens: 20_000 }));
  assert.deepEqual(stats.speeds(800).get('openai/gpt-6-sol'), { firstTokenMs: 200, tokensPerSecond: 100 });
  assert.equal(stats.speeds(50_000).get('openai/gpt-6-sol')?.firstTokenMs, 3_000);
});
test('a prompt size without measurements uses those of another size', () => {
  const stats = createModelStats();
  stats.record(sample());
  assert.equal(stats.speeds(100_000).get('openai/gpt-6-sol')?.firstTokenMs, 500);
});
test('new measurements replace old ones', () => {
  const stats = createModelStats();
  for (let i = 0; i < 40; i++) stats.record(sample({ firstTokenMs: 5_000 }));
  for (let i = 0; i < 40; i++) stats.record(sample({ firstTokenMs: 50 }));
  assert.equal(stats.speeds(1_000).get('openai/gpt-6-sol')?.firstTokenMs, 50);
});
test('a short answer gives no speed', () => {
  const stats = createModelStats();
  stats.record(sample({ usage: { input: 10, output: 2 } }));
  assert.equal(stats.speeds(1_000).get('openai/gpt-6-sol')?.tokensPerSecond, null);
});
test('the time to the first part is the one that 19 of 20 answers stay within, by prompt size, else by first texts', () => {
  const stats = createModelStats();
  const id = 'openai/gpt-6-sol';
  assert.equal(stats.firstPartP95Ms(id, 500), undefined);
  stats.record(sample({ firstTokenMs: 700, estimatedTokens: 500 }));
  assert.equal(stats.firstPartP95Ms(id, 500), 700);
  for (let ms = 100; ms <= 2_000; ms += 100) stats.recordFirstPart(id, 500, ms);
  assert.equal(stats.firstPartP95Ms(id, 500), 2_000);
  stats.recordFirstPart(id, 500, 50);
  assert.equal(stats.firstPartP95Ms(id, 500), 1_900);
  assert.equal(stats.firstPartP95Ms(id, 50_000), 1_900, 'another size is better than nothing');
  stats.recordFirstPart(id, 50_000, 9_000);
  assert.equal(stats.firstPartP95Ms(id, 50_000), 9_000);
});
test('the token ratio of a family comes from reported counts, with the remaining error', () => {
  const stats = createModelStats();
  assert.equal(stats.tokenRatios().size, 0);
  for (const input of [1_100, 1_200, 1_320]) stats.record(sample({ usage: { input, output: 1 } }));
  stats.record(sample({ model: 'openrouter/openai/gpt-6-luna', usage: { input: 1_200, output: 1 } }));
  const counting = stats.tokenRatios().get('gpt');
  assert.equal(counting?.ratio, 1.2);
  assert.ok((counting?.error ?? 1) < 0.11);
});
test('the length of answers is measured by task type', () => {
  const stats = createModelStats();
  assert.equal(stats.outputRange('planning'), undefined);
  for (let output = 100; output <= 1_000; output += 100)
    stats.record(sample({ usage: { input: 1, output } }));
  assert.deepEqual(stats.outputRange('planning'), { low: 200, typical: 600, high: 1_000 });
  assert.equal(stats.outputRange('verification'), undefined);
});
