import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  displayedTimes,
  isNothingSetUp,
  localOnlyUntil,
  statusBarText,
} from '../../../client/format/status.ts';
import { sampleInlineState, sampleModel, sampleProvider, sampleReceipt, sampleStatus } from '../samples.ts';

test('the status bar is short and shows what matters most', () => {
  assert.equal(statusBarText(undefined).text, '$(compass) Rumbo');
  assert.equal(statusBarText(sampleStatus()).text, '$(compass) Rumbo: auto');
  assert.equal(statusBarText(sampleStatus({ problems: ['x'] })).text, '$(warning) Rumbo: settings');
  assert.match(statusBarText(sampleStatus({ inFlight: 1 })).text, /spin/);
  assert.match(statusBarText(sampleStatus({ health: 'offline' })).text, /no model/);
  assert.equal(
    statusBarText(sampleStatus(), sampleReceipt()).text,
    '$(compass) groq/llama · 1.2 s · $0.0012',
  );
});

test('its tooltip has strategy, health, today’s cost, problems and notes', () => {
  const { tooltip } = statusBarText(
    sampleStatus({
      today: { costUsd: 0.42, requests: 3, unknownPrice: 1 },
      problems: ['rumbo.models: must be an object.'],
      providers: [sampleProvider({ note: 'Practice engine.' })],
    }),
  );
  for (const words of [
    'Strategy: auto',
    '$0.42 for 3 requests, and 1 of unknown price',
    'must be an object',
    'Lab: Practice engine.',
  ])
    assert.ok(tooltip.includes(words), words);
});

test('the welcome shows only while nothing is set up', () => {
  const idle = sampleProvider({ state: 'unreachable' });
  assert.equal(isNothingSetUp([idle, sampleProvider({ state: 'no-key', key: 'none' })], []), true);
  assert.equal(isNothingSetUp([idle], ['lab']), false);
  assert.equal(isNothingSetUp([sampleProvider()], []), false);
  assert.equal(isNothingSetUp([sampleProvider({ state: 'unknown', key: 'environment' })], []), false);
});

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const [soon, later] = [inMinutes(10), inMinutes(20)];
const cloud = sampleProvider({
  name: 'groq',
  source: 'api',
  key: 'environment',
  state: 'cooling-down',
  rule: 'rate-limit',
  until: later,
});

test('while rate limits exclude every cloud model and a local one is ready, the status bar shows until when', () => {
  const other = { ...cloud, name: 'gemini', until: soon };
  const { text, tooltip } = statusBarText(sampleStatus({ providers: [sampleProvider(), cloud, other] }));
  assert.match(text, /^\$\(compass\) Rumbo: local until .*\d\d/);
  assert.match(tooltip, /Safety lock: cloud models are at their rate limits/);
  assert.equal(localOnlyUntil([sampleProvider(), cloud, other]), soon);
});

test('the safety lock needs a local model and no available cloud model', () => {
  const ready = { ...cloud, state: 'ready', rule: undefined, until: undefined } as never;
  assert.equal(localOnlyUntil([cloud]), undefined);
  assert.equal(
    localOnlyUntil([sampleProvider({ models: [sampleModel({ locked: true })] }), cloud]),
    undefined,
  );
  assert.equal(localOnlyUntil([sampleProvider(), cloud, ready]), undefined);
  assert.equal(localOnlyUntil([sampleProvider()]), undefined);
  assert.equal(localOnlyUntil([sampleProvider(), { ...cloud, until: inMinutes(-1) }]), undefined);
  // A refused key is no rate limit, and no reason against the lock either.
  const refused = { ...cloud, rule: 'key' } as const;
  assert.equal(localOnlyUntil([sampleProvider(), refused]), undefined);
  assert.equal(localOnlyUntil([sampleProvider(), refused, cloud]), later);
});

test('rate limits of single models activate the lock when they cover all models', () => {
  const cooldown = {
    model: 'small',
    circuit: 'closed',
    rule: 'rate-limit',
    reason: 'Full.',
    until: soon,
  } as const;
  const { rule: _, until: __, ...open } = { ...cloud, state: 'ready' } as const;
  assert.equal(localOnlyUntil([sampleProvider(), { ...open, modelCooldowns: [cooldown] }]), soon);
  assert.equal(
    localOnlyUntil([sampleProvider(), { ...open, modelCooldowns: [{ ...cooldown, rule: 'circuit' }] }]),
    undefined,
  );
  const two = [...open.models, sampleModel({ id: 'groq/large', name: 'large' })];
  assert.equal(
    localOnlyUntil([sampleProvider(), { ...open, models: two, modelCooldowns: [cooldown] }]),
    undefined,
  );
});

test('the tooltip names problems that only the user can solve', () => {
  const { tooltip } = statusBarText(sampleStatus({ providers: [{ ...cloud, label: 'Groq', rule: 'key' }] }));
  assert.match(tooltip, /Groq: key refused\./);
});

test('every displayed time is returned for the scheduled redraw', () => {
  const times = displayedTimes([
    {
      ...cloud,
      windows: [{ unit: 'tokens', limit: 1, remaining: 1, resetsAt: soon }],
      keys: [{ name: 'K', requests: 0, failures: 0, cooldownReason: 'x', until: '2026-11-21T10:00:00Z' }],
      modelCooldowns: [{ model: 'small', circuit: 'open', reason: 'x' }],
    },
  ]);
  assert.deepEqual(times, [later, soon, '2026-11-21T10:00:00Z']);
});

test('paused or unavailable ghost text shows in the status bar, with the reason in the tooltip; on and off only in the tooltip', () => {
  const bar = (inline: ReturnType<typeof sampleInlineState>) => statusBarText(sampleStatus({ inline }));
  assert.equal(bar(sampleInlineState({ state: 'paused' })).text, '$(debug-pause) Rumbo: ghost text paused');
  const noModel = bar(sampleInlineState({ state: 'no-model', reason: 'Start an engine.' }));
  assert.equal(noModel.text, '$(compass) Rumbo: no ghost text');
  assert.match(noModel.tooltip, /no model is available\. Start an engine\./);
  for (const state of ['on', 'off'] as const) {
    assert.equal(bar(sampleInlineState({ state })).text, '$(compass) Rumbo: auto');
    assert.match(bar(sampleInlineState({ state })).tooltip, /^Ghost text: /m);
  }
});
