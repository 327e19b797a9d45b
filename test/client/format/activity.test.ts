import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  activityDescription,
  activityIcon,
  receiptTooltip,
  todayText,
} from '../../../client/format/activity.ts';
import { roleIds, roles } from '../../../shared/roles.ts';
import { sampleReceipt } from '../samples.ts';

const at = new Date(new Date().setHours(14, 5, 0, 0)).toISOString();
const failed = { model: 'gemini/flash', outcome: 'overloaded', ms: 200, message: 'It was\nbusy.' } as const;
const second = sampleReceipt({ at, attempts: [failed, { model: 'groq/llama', outcome: 'ok', ms: 1000 }] });

test('an answer’s line has its role, duration, cost and time', () => {
  assert.equal(activityDescription(sampleReceipt({ at }), 'en-GB'), 'Planner · 1.2 s · $0.0012 · 14:05');
  assert.equal(
    activityDescription(sampleReceipt({ at, role: null, cached: true }), 'en-GB'),
    'from the cache · 14:05',
  );
  assert.equal(
    activityDescription(second, 'en-GB'),
    'Planner · 1.2 s · $0.0012 · after 1 failed attempt · 14:05',
  );
  const takeovers = [{ at: 5, from: 'a/b', to: 'c/d', reason: 'It went silent.' }] as const;
  assert.match(activityDescription(sampleReceipt({ takeovers }), 'en-GB'), /another model continued/);
});

test('an answer’s icon shows what is special about it, otherwise its role', () => {
  assert.equal(activityIcon(sampleReceipt()), 'list-ordered');
  for (const id of roleIds) assert.equal(activityIcon(sampleReceipt({ role: id })), roles[id].icon);
  assert.equal(activityIcon(sampleReceipt({ role: null })), 'comment');
  assert.equal(activityIcon(sampleReceipt({ cached: true })), 'history');
  assert.equal(activityIcon(second), 'arrow-swap');
  assert.equal(activityIcon(sampleReceipt({ finishReason: 'length' })), 'warning');
});

test('the tooltip is the receipt as plain text, one fact per line', () => {
  const lines = receiptTooltip(second).split('\n');
  assert.deepEqual(lines.slice(0, 2), ['Model: groq/llama', 'Why: It is first in the order.']);
  assert.deepEqual(lines.slice(-3), [
    'Attempts: 2',
    '– gemini/flash failed (overloaded) after 0.20 s. It was busy.',
    '– groq/llama answered after 1.0 s.',
  ]);
});

test('the summary of the day counts requests of unknown price separately', () => {
  assert.equal(todayText({ costUsd: 0.42, requests: 3, unknownPrice: 0 }), 'today $0.42, 3 requests');
  assert.equal(
    todayText({ costUsd: 0, requests: 1, unknownPrice: 1 }),
    'today $0 and 1 of unknown price, 1 request',
  );
  assert.equal(todayText({ costUsd: 0, requests: 0, unknownPrice: 0 }), '');
});
