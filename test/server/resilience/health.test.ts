/** Which circuits a failure counts in, with a clock that the tests control; circuit.test.ts tests the circuits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../../server/engines/engine.ts';
import { providerHealth } from '../../../server/resilience/health.ts';
import type { KeyCooldown } from '../../../server/resilience/key-limits.ts';
import type { EnginePart } from '../../../shared/chat.ts';
import { circuitWeights, type ErrorKind, errorPolicies } from '../../../shared/error-policies.ts';
import { type ErrorData, RumboError } from '../../../shared/errors.ts';

const never = new AbortController().signal;
const aDay = 86_400_000;

function setUp({ clockOff = 0, keyCooldown }: { clockOff?: number; keyCooldown?: KeyCooldown } = {}) {
  const clock = { ms: 0 };
  const seen = { changed: 0, gone: [] as string[] };
  let fails: (Partial<ErrorData> & { kind: ErrorKind }) | undefined;
  let after = '';
  const engine: Engine = {
    provider: 'p',
    listModels: async () => [],
    supportsPrefill: () => false,
    async *stream(): AsyncGenerator<EnginePart> {
      if (after) yield { type: 'text-delta', text: after };
      if (fails) throw new RumboError(fails.kind, fails);
      yield { type: 'finish', reason: 'stop' };
    },
  };
  const health = providerHealth({
    now: () => clock.ms + clockOff,
    elapsed: () => clock.ms,
    keys: {
      cooldown: () => keyCooldown && { ...keyCooldown, rule: 'key', estimated: false },
      cooldownOf: () => undefined,
      modelCooldowns: () => new Map(),
    },
    onChange: () => {
      seen.changed += 1;
    },
    onModelGone: (model) => seen.gone.push(model),
  });
  const watched = health.watch(engine);
  return {
    clock,
    health,
    seen,
    ask: (model = 'm') =>
      Array.fromAsync(watched.stream(model, { messages: [] }, never)).catch(() => undefined),
    start: (model = 'm') => watched.stream(model, { messages: [] }, never)[Symbol.asyncIterator](),
    set(kind?: ErrorKind, more: Partial<ErrorData> = {}, text = '') {
      fails = kind && { kind, ...more };
      after = text;
    },
  };
}

test('a connection that fails three times cools the provider down, not its models', async () => {
  for (const kind of ['unreachable', 'tls', 'blocked-redirect'] as const) {
    const { health, ask, set } = setUp();
    set(kind, { unconnected: true });
    for (const model of ['a', 'b', 'c']) await ask(model);
    assert.equal(health.circuitState(), 'open', kind);
    assert.equal(health.cooldown()?.rule, 'circuit');
    assert.equal(health.cooldownOf('a'), undefined);
  }
});

test('a model that fails three times cools down alone, and the provider’s other models answer', async () => {
  for (const kind of ['bad-response', 'interrupted'] as const) {
    const { health, ask, set } = setUp();
    set(kind);
    for (let time = 0; time < 3; time++) await ask('bad');
    assert.equal(health.circuitStateOf('bad'), 'open', kind);
    assert.equal(health.cooldownOf('bad')?.rule, 'circuit');
    assert.equal(health.cooldownOf('good'), undefined);
    assert.equal(health.cooldown(), undefined);
  }
});

test('one model that fails never cools its provider down, whether others answer meanwhile or not', async () => {
  for (const kind of ['overloaded', 'timeout', 'unreachable'] as const)
    for (const others of [true, false]) {
      const { health, ask, set } = setUp();
      for (let time = 0; time < 30; time++) {
        set(kind);
        await ask('bad');
        set();
        if (others) await ask('good');
      }
      assert.ok(health.cooldownOf('bad'));
      assert.equal(health.cooldown(), undefined, `${kind} ${others}`);
      assert.equal(health.cooldownOf('good'), undefined);
    }
});

test('failures of several models in a row are the provider’s: three that are overloaded, two that are silent', async () => {
  for (const [kind, models] of [
    ['overloaded', ['a', 'b', 'c']],
    ['timeout', ['a', 'b']],
  ] as const) {
    const { health, ask, set } = setUp();
    for (const [index, model] of models.entries()) {
      assert.equal(health.circuitState(), 'closed', `${kind} ${index}`);
      set(kind);
      await ask(model);
    }
    assert.equal(health.circuitState(), 'open', kind);
  }
});

test('an answer in between clears the provider', async () => {
  const { health, ask, set } = setUp();
  for (const model of ['a', 'b', 'c', 'd', 'e', 'f']) {
    set('overloaded');
    await ask(model);
    set();
    if (model === 'b' || model === 'd') await ask('good');
  }
  assert.equal(health.circuitState(), 'closed');
});

test('one timeout is enough: the model cools down, and the provider when no connection was made', async () => {
  for (const [data, provider, model] of [
    [{ status: 200 }, 'closed', 'open'],
    [{}, 'closed', 'open'],
    [{ unconnected: true }, 'open', 'closed'],
  ] as const) {
    const { health, ask, set } = setUp();
    set('timeout', data);
    await ask();
    assert.equal(health.circuitStateOf('m'), model);
    assert.equal(health.circuitState(), provider);
  }
});

test('a model that is gone cools down at once, and its provider lists its models again', async () => {
  const { health, ask, set, seen } = setUp();
  set('model-not-found');
  await ask('old');
  assert.ok(health.cooldownOf('old'));
  assert.deepEqual(seen.gone, ['old']);
});

test('answers that break off again and again open the circuit although each began well', async () => {
  const { health, ask, set } = setUp();
  set('interrupted', {}, 'Once upon');
  for (let time = 0; time < 3; time++) await ask();
  assert.equal(health.circuitStateOf('m'), 'open');
  assert.equal(health.circuitState(), 'closed');
});

test('after the pause one answer closes the circuit again', async () => {
  const { clock, health, ask, set } = setUp();
  set('unreachable', { unconnected: true });
  for (let time = 0; time < 3; time++) await ask();
  clock.ms = 5_000;
  assert.equal(health.cooldown(), undefined);
  assert.equal(health.circuitState(), 'half-open');
  set();
  await ask();
  assert.equal(health.circuitState(), 'closed');
});

test('a probe blocks other requests until its first part, and no longer', async () => {
  const { clock, health, ask, set, start } = setUp();
  set('overloaded');
  for (let time = 0; time < 3; time++) await ask();
  clock.ms = 5_000;
  set(undefined, {}, 'here again');
  const probe = start();
  const first = probe.next();
  assert.ok(health.cooldownOf('m'));
  await first;
  assert.equal(health.cooldownOf('m'), undefined);
  await probe.return?.();
});

test('a clock that is set back or forward changes no pause', async () => {
  const { health, ask, set } = setUp({ clockOff: -aDay });
  set('unreachable', { unconnected: true });
  for (let time = 0; time < 3; time++) await ask();
  const untilMs = health.cooldown()?.untilMs ?? 0;
  assert.ok(untilMs > -aDay && untilMs <= -aDay + 5_000, String(untilMs));
});

test('a cool-down of every key is one of the provider', () => {
  const keyCooldown: KeyCooldown = { rule: 'key', reason: 'The API key was refused.', untilMs: 9 };
  assert.equal(setUp({ keyCooldown }).health.cooldown()?.reason, 'The API key was refused.');
});

test('five failures in a row open a circuit when the table gives them a weight, and only then', async () => {
  for (const kind of Object.keys(errorPolicies) as ErrorKind[]) {
    const { provider, model } = circuitWeights({ kind });
    const { health, ask, set } = setUp();
    set(kind);
    for (let time = 0; time < 5; time++) await ask();
    assert.equal(health.cooldown() !== undefined, provider > 0 && model === 0, kind);
    assert.equal(health.cooldownOf('m') !== undefined, model > 0, kind);
  }
});

test('a model list proves the connection, and nothing about answers that fail', async () => {
  for (const [kind, data, stays] of [
    ['overloaded', {}, true],
    ['unreachable', {}, true],
    ['unreachable', { unconnected: true }, false],
    ['tls', {}, false],
  ] as const) {
    const { health, ask, set } = setUp();
    set(kind, data);
    for (let time = 0; time < 3; time++) await ask();
    health.onModelsListed();
    assert.equal((health.cooldown() ?? health.cooldownOf('m')) !== undefined, stays, kind);
  }
});

test('a reset forgets everything', async () => {
  const { health, ask, set } = setUp();
  set('overloaded');
  for (let time = 0; time < 3; time++) await ask();
  health.reset();
  assert.deepEqual(
    [health.cooldown(), health.cooldownOf('m'), health.circuitState()],
    [undefined, undefined, 'closed'],
  );
});

test('a change that a user could see is announced, and nothing else', async () => {
  const { clock, ask, set, seen } = setUp();
  await ask();
  assert.equal(seen.changed, 0);
  set('unreachable', { unconnected: true });
  for (let time = 0; time < 3; time++) await ask();
  assert.equal(seen.changed, 3);
  clock.ms = 5_000;
  set();
  await ask();
  assert.ok(seen.changed > 3);
});
