/** What is recorded of an attempt, on both request paths. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptRecord } from '../../../server/accounting/attempt-record.ts';
import { createAccounting } from '../../../server/accounting/record.ts';
import { counters } from '../../../server/metrics/counters.ts';
import type { AnswerSample } from '../../../server/metrics/model-stats.ts';
import { noUsage } from '../../../shared/chat.ts';
import type { Model } from '../../../shared/models.ts';
import type { Receipt } from '../../../shared/receipts.ts';

const model: Model = {
  id: 'lab/one',
  provider: 'lab',
  name: 'one',
  source: 'api',
  private: false,
  toggle: true,
  locked: false,
  tier: 3,
  contextTokens: null,
  maxOutputTokens: null,
  abilities: { tools: true, vision: true },
  price: null,
};
const usage = { ...noUsage, input: 10, output: 5 };
const receipt: Receipt = {
  id: '1',
  at: '2026-11-30T10:00:00.000Z',
  role: null,
  task: 'general',
  difficulty: 0,
  model: 'lab/one',
  cached: false,
  attempts: [],
  usage,
  usageEstimated: false,
  costUsd: 0.5,
  timeToFirstTokenMs: 20,
  totalMs: 120,
  finishReason: 'stop',
  takeovers: [],
  reasons: [],
};
const answered: AttemptRecord = {
  kind: 'ask',
  model,
  role: null,
  task: 'general',
  outcome: 'ok',
  ms: 100,
  firstTextMs: 20,
  usage,
  usageEstimated: false,
  costUsd: 0.5,
  estimatedPromptTokens: 9,
  receipt,
};
const { receipt: _, ...unbilled } = answered;
const inline: AttemptRecord = { ...unbilled, kind: 'inline', role: 'inline' };

function recorder() {
  const seen = {
    rows: [] as Receipt[],
    inline: [] as object[],
    firstParts: [] as string[],
    samples: [] as AnswerSample[],
    statuses: [] as string[],
    cancels: [] as string[],
    log: [] as string[],
    nowMs: 0,
  };
  const metrics = counters();
  const { record, recordCachedAnswer } = createAccounting({
    providers: {
      get: () => ({
        recordCancel: (name) => void seen.cancels.push(name),
        recordOutcome: ({ model, outcome, ms }) => void seen.statuses.push(`${model} ${outcome} ${ms}`),
      }),
    },
    ledger: {
      add: (row) => void seen.rows.push(row),
      inline: { add: (id, counts) => void seen.inline.push({ id, ...counts }) },
    },
    metrics,
    modelStats: {
      record: (sample) => void seen.samples.push(sample),
      recordFirstPart: (model, promptTokens, ms) =>
        void seen.firstParts.push(`${model} ${promptTokens} ${ms}`),
    },
    log: { info: (line) => void seen.log.push(line) },
    elapsedMs: () => seen.nowMs,
  });
  return { record, recordCachedAnswer, seen, counted: () => metrics.read() };
}

test('an answer is a row of the ledger, a sample of its model, and shows at its provider', () => {
  const { record, seen, counted } = recorder();
  record(answered);
  assert.deepEqual(seen.rows, [receipt]);
  assert.deepEqual(seen.statuses, ['one ok 100']);
  assert.deepEqual(seen.samples, [
    { model: 'lab/one', task: 'general', estimatedTokens: 9, usage, firstTokenMs: 20, streamMs: 80 },
  ]);
  assert.deepEqual(seen.log, ['[1] general: lab/one, stop, 120 ms, 10 tokens in, 5 out, $0.5000']);
  const { counters, histograms } = counted();
  assert.equal(counters['rumbo_attempts_total{provider="lab",outcome="ok"}'], 1);
  assert.equal(counters['rumbo_cost_usd_total{provider="lab"}'], 0.5);
  assert.equal(histograms['rumbo_total_ms{provider="lab"}']?.sum, 120);
  assert.equal(histograms['rumbo_first_token_ms{provider="lab"}']?.sum, 20);
});

test('neither usage that was estimated nor a prompt that was cut is a sample', () => {
  const { record, seen } = recorder();
  record({ ...answered, usageEstimated: true });
  record({ ...answered, promptCut: true });
  assert.deepEqual(seen.samples, []);
});

test('a failed attempt that is billed has a row and its tokens count; it is no answer', () => {
  const { record, seen, counted } = recorder();
  record({ ...answered, outcome: 'interrupted' });
  assert.equal(seen.rows.length, 1);
  assert.deepEqual(seen.samples, []);
  assert.deepEqual(seen.log, ['general: lab/one failed, interrupted, 100 ms']);
  const { counters, histograms } = counted();
  assert.equal(counters['rumbo_tokens_total{provider="lab",direction="input"}'], 10);
  assert.deepEqual(histograms, {});
});

test('a failed attempt that is not billed has no row', () => {
  const { record, seen, counted } = recorder();
  record({ ...unbilled, outcome: 'overloaded', usage: noUsage, costUsd: 0 });
  assert.deepEqual(seen.rows, []);
  assert.deepEqual(seen.statuses, ['one overloaded 100']);
  assert.deepEqual(Object.keys(counted().counters), [
    'rumbo_attempts_total{provider="lab",outcome="overloaded"}',
  ]);
});

test('an answer that the user cancelled is billed, and says nothing about its provider', () => {
  const { record, seen, counted } = recorder();
  record({ ...answered, outcome: 'cancelled' });
  assert.equal(seen.rows.length, 1);
  assert.deepEqual([seen.statuses, seen.cancels], [[], ['one']]);
  assert.deepEqual(seen.log, ['general: lab/one was cancelled, 100 ms']);
  assert.equal(counted().counters['rumbo_attempts_total{provider="lab",outcome="cancelled"}'], 1);
});

test('ghost text is summed up by model instead of a row each, and is no sample', () => {
  const { record, seen, counted } = recorder();
  record({ ...inline, costUsd: null });
  assert.deepEqual(seen.inline, [
    { id: 'lab/one', requests: 1, cancelled: 0, input: 10, output: 5, costUsd: 0, unknownPrice: 1 },
  ]);
  assert.deepEqual([seen.rows, seen.samples], [[], []]);
  assert.equal(counted().counters['rumbo_inline_requests_total{provider="lab",outcome="ok"}'], 1);
});

test('ghost text that was cancelled is counted, and says nothing about its provider', () => {
  const { record, seen } = recorder();
  record({ ...inline, outcome: 'cancelled' });
  assert.equal(seen.inline.length, 1);
  assert.deepEqual([seen.log, seen.statuses], [[], []]);
});

test('the status of a provider hears of ghost text when its outcome changes, else every ten seconds', () => {
  const { record, seen } = recorder();
  for (const [ms, outcome] of [
    [0, 'ok'],
    [5_000, 'stopped'],
    [5_100, 'timeout'],
    [9_999, 'ok'],
    [10_000, 'ok'],
  ] as const) {
    seen.nowMs = ms;
    record({ ...inline, outcome });
  }
  assert.deepEqual(seen.statuses, ['one ok 100', 'one timeout 100', 'one ok 100']);
});

test('the same failure of ghost text is logged once a minute', () => {
  const { record, seen } = recorder();
  for (const ms of [0, 59_000, 60_000]) {
    seen.nowMs = ms;
    record({ ...inline, outcome: 'timeout' });
  }
  assert.equal(seen.log.length, 2);
});

test('a cached answer is a row without an attempt', () => {
  const { recordCachedAnswer, seen, counted } = recorder();
  recordCachedAnswer({ ...receipt, cached: true, costUsd: 0 });
  assert.equal(seen.rows.length, 1);
  assert.deepEqual(seen.log, ['[1] general: lab/one, stop, 120 ms, from the cache']);
  assert.deepEqual(seen.statuses, []);
  assert.deepEqual(counted().counters, {});
});
