import assert from 'node:assert/strict';
import { test } from 'node:test';
import { availabilityReader } from '../../../server/providers/availability.ts';
import type { ProviderAvailability } from '../../../server/providers/provider.ts';
import type { Cooldown } from '../../../shared/cooldowns.ts';

const noKey: Cooldown = { rule: 'no-key', reason: 'It has no API key.' };
const none = new Map<string, never>();
const provider = (cooldown?: Cooldown, requests = 0) => ({
  availability: (): ProviderAvailability => ({
    ...(cooldown ? { cooldown } : {}),
    modelCooldowns: none,
    tokensLeft: none,
  }),
  inFlight: () => requests,
});

test('the cool-downs of providers are one map until one begins, ends or changes', () => {
  const { read } = availabilityReader();
  const first = read(
    new Map([
      ['a', provider(noKey)],
      ['b', provider()],
    ]),
  ).cooldowns;
  assert.deepEqual([...first], [['a', noKey]]);
  assert.equal(
    read(
      new Map([
        ['a', provider(noKey)],
        ['b', provider()],
      ]),
    ).cooldowns,
    first,
  );

  const begun = read(
    new Map([
      ['a', provider(noKey)],
      ['b', provider(noKey)],
    ]),
  ).cooldowns;
  assert.deepEqual([...begun.keys()], ['a', 'b']);
  const moved = read(
    new Map([
      ['a', provider()],
      ['b', provider(noKey)],
    ]),
  ).cooldowns;
  assert.deepEqual([...moved.keys()], ['b']);
  const refused: Cooldown = { rule: 'key', reason: 'The key was refused.' };
  const changed = read(
    new Map([
      ['a', provider()],
      ['b', provider(refused)],
    ]),
  ).cooldowns;
  assert.equal(changed.get('b'), refused);
  assert.deepEqual([...read(new Map([['a', provider()]])).cooldowns], []);
});

test('a provider with another name has its own cool-down', () => {
  const { read } = availabilityReader();
  read(new Map([['a', provider(noKey)]]));
  assert.deepEqual([...read(new Map([['b', provider(noKey)]])).cooldowns.keys()], ['b']);
});
