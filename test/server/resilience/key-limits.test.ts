/** The limits of one key for one model, at times that the tests choose. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cooldownFrom,
  type ModelLimits,
  modelCooldown,
  noteReadings,
  remainingShare,
} from '../../../server/resilience/key-limits.ts';
import { RumboError } from '../../../shared/errors.ts';

const limits = (): ModelLimits => ({ windows: new Map(), inFlight: new Set() });
const noted = { atMs: 1_000, sequence: 1 };
const window = { unit: 'requests', limit: 10, remaining: 2, resetsAtMs: 61_000 };

test('a window is empty once the requests since its reading have used it up', () => {
  const model = limits();
  noteReadings(model, [window], noted);
  assert.equal(modelCooldown(model, 2_000), undefined);
  assert.equal(remainingShare(model, 2_000), 0.2);
  for (const sequence of [1, 2, 3]) model.inFlight.add(sequence);
  const { estimated, untilMs } = modelCooldown(model, 2_000) ?? {};
  assert.deepEqual([estimated, untilMs], [true, 61_000]);
  assert.equal(remainingShare(model, 2_000), 0);
  assert.equal(modelCooldown(model, 61_000), undefined);
  assert.equal(remainingShare(model, 61_000), 1);
});

test('new readings replace what has run out, and a reset after more than a month is ignored', () => {
  const model = limits();
  noteReadings(model, [window], noted);
  noteReadings(model, [{ ...window, unit: 'tokens', resetsAtMs: 40 * 86_400_000 }], {
    atMs: 62_000,
    sequence: 2,
  });
  assert.equal(model.windows.size, 0);
});

test('the later of a cool-down and an empty window counts', () => {
  const model = limits();
  noteReadings(model, [{ ...window, remaining: 0 }], noted);
  const failure = (retryAfterMs: number) =>
    cooldownFrom(new RumboError('At its limit.', { kind: 'rate-limited', retryAfterMs }), noted);
  Object.assign(model, { cooldown: failure(5_000) });
  assert.equal(modelCooldown(model, 2_000)?.untilMs, 61_000);
  Object.assign(model, { cooldown: failure(90_000) });
  assert.equal(modelCooldown(model, 2_000)?.untilMs, 91_000);
});

test('only failures of a key start a cool-down, and a service that names no time gets an estimate', () => {
  const from = (kind: 'rate-limited' | 'unauthorized' | 'overloaded') =>
    cooldownFrom(new RumboError(kind, { kind }), noted);
  assert.equal(from('overloaded'), undefined);
  assert.deepEqual([from('rate-limited')?.estimated, from('rate-limited')?.untilMs], [true, 21_000]);
  assert.deepEqual([from('unauthorized')?.estimated, from('unauthorized')?.untilMs], [false, 301_000]);
});
