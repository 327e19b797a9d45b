/** What a receipt holds about an answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerReceipt, cachedReceipt, failedAttemptReceipt } from '../../../server/orchestration/receipt.ts';
import type { Decision, RankedCandidate } from '../../../server/routing/balancer.ts';
import { classify } from '../../../server/routing/classifier/classify.ts';
import type { Model } from '../../../shared/models.ts';
import { usage } from './pipeline.ts';

const model = {
  id: 'lab/one',
  provider: 'lab',
  name: 'one',
  price: { input: 1, output: 2 },
} as unknown as Model;
const candidate: RankedCandidate = {
  model,
  reasons: ['It is first.'],
  costUsd: { low: 1, high: 2, worst: 3 },
  promptTokens: 11,
};
const decision: Decision = { strategy: 'priority', candidates: [candidate], excluded: [] };
const meta = {
  id: 'id',
  at: '2026-11-30T10:00:00.000Z',
  startedAt: performance.now() - 100,
  params: { prompt: 'x', role: 'coder' },
  classification: classify('x', 'general'),
};
const facts = {
  candidate,
  decision,
  skipped: [],
  attempts: [
    { model: 'a/b', outcome: 'overloaded', ms: 1, message: 'Busy.' },
    { model: 'lab/one', outcome: 'ok', ms: 2 },
  ] as const,
  measured: {
    text: 'x',
    firstTokenAt: performance.now() - 50,
    usage,
    usageEstimated: false,
    reason: 'stop',
  },
  takeovers: [],
  plainInputTokens: 10,
  countedTokens: new Map(),
} as const;

test('an answer’s receipt has its cost, its times, and why this model', () => {
  const receipt = answerReceipt(meta, { ...facts, note: 'a note' });
  assert.equal(receipt.costUsd, 0.00002);
  assert.deepEqual(receipt.predicted, {
    inputTokens: 11,
    plainInputTokens: 10,
    costUsd: { low: 1, high: 2 },
  });
  assert.deepEqual(receipt.reasons, [
    'Task type general (as asked).',
    'a/b failed first: Busy.',
    'It is first.',
  ]);
  assert.equal(receipt.note, 'a note');
  assert.ok((receipt.timeToFirstTokenMs ?? 0) < receipt.totalMs);
});

test('an unknown price is null, never 0', () => {
  const unknown = { ...candidate, model: { ...model, price: null }, costUsd: null };
  const receipt = answerReceipt(meta, { ...facts, candidate: unknown });
  assert.equal(receipt.costUsd, null);
  assert.equal(receipt.predicted?.costUsd, null);
});

test('a lost pin is among the reasons', () => {
  const { reasons } = answerReceipt(meta, {
    ...facts,
    decision: { ...decision, unavailablePin: { model: 'p/q', rule: 'locked', reason: 'It is locked.' } },
  });
  assert.ok(reasons.includes('The pinned model p/q could not run: It is locked.'));
});

test('a candidate that could not run when it was next is among the reasons', () => {
  const reason = 'Its budget is spent.';
  const { reasons } = answerReceipt(meta, {
    ...facts,
    decision: { ...decision, pin: 'p/q' },
    skipped: [
      { model: 'p/q', rule: 'budget', reason },
      { model: 'r/s', rule: 'budget', reason },
    ],
  });
  assert.ok(reasons.includes(`The pinned model p/q could not run: ${reason}`));
  assert.ok(reasons.includes(`r/s could not run: ${reason}`));
});

test('each failed attempt that is billed has an id of its own', () => {
  assert.equal(failedAttemptReceipt(meta, facts).id, 'id-2');
});

test('an answer from the cache costs nothing and names the model that wrote it', () => {
  const receipt = cachedReceipt(meta, { text: 'x', model: 'lab/one', reason: 'stop', usage });
  assert.deepEqual([receipt.cached, receipt.costUsd, receipt.attempts, receipt.role], [true, 0, [], 'coder']);
  assert.match(receipt.reasons[0] ?? '', /From the cache: lab\/one/);
});

test('the model that a gateway answered with by its own fallback is named', () => {
  const receipt = answerReceipt(meta, { ...facts, measured: { ...facts.measured, servedBy: 'team/small' } });
  assert.equal(receipt.model, 'lab/one');
  assert.equal(receipt.servedBy, 'team/small');
  assert.ok(
    receipt.reasons.includes(
      'The gateway could not use one and answered with team/small, by its own fallback.',
    ),
  );
  assert.equal('servedBy' in answerReceipt(meta, facts), false);
});
