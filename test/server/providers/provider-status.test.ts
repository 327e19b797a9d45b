/** State and status of a provider from literal facts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import { resolveProviderConfigs } from '../../../server/providers/provider-config.ts';
import {
  type ProviderStatusInput,
  providerState,
  providerStatus,
} from '../../../server/providers/provider-status.ts';
import type { TimedCooldown } from '../../../shared/cooldowns.ts';
import { RumboError } from '../../../shared/errors.ts';
import { model } from '../routing/samples.ts';

const untilMs = Date.parse('2026-11-21T12:00:00Z');
const limited: TimedCooldown = { rule: 'rate-limit', reason: 'At its limit.', untilMs };
const refused: TimedCooldown = { rule: 'key', reason: 'The API key was refused.', untilMs };

function facts(name: string, more: Partial<ProviderStatusInput> = {}): ProviderStatusInput {
  const config = resolveProviderConfigs({}, engines, {}).providers.find((each) => each.name === name);
  assert.ok(config);
  return {
    config,
    origin: 'http://lab.test',
    keyLocation: 'environment',
    keyProblem: undefined,
    health: healthy(),
    keys: { count: () => 1, status: () => [], windows: () => [] },
    listedModels: undefined,
    listFailure: undefined,
    isListing: false,
    lastOutcome: undefined,
    ...more,
  };
}
const healthy = (more: Partial<ProviderStatusInput['health']> = {}): ProviderStatusInput['health'] => ({
  circuitState: () => 'closed',
  circuitStateOf: () => 'closed',
  cooldown: () => undefined,
  cooldownOf: () => undefined,
  ...more,
});
const failure = (kind: 'unauthorized' | 'unreachable') => new RumboError('The list failed.', { kind });

test('the state is the first that applies', () => {
  const off = { ...facts('openai').config, enabled: false };
  const coolingDown = healthy({ cooldown: () => limited });
  const table: [string, ReturnType<typeof providerState>, Partial<ProviderStatusInput>][] = [
    ['openai', 'off', { config: off, keyLocation: 'none' }],
    ['openai', 'no-key', { keyLocation: 'none', health: coolingDown }],
    ['ollama', 'unknown', { keyLocation: 'none' }],
    ['openai', 'cooling-down', { health: coolingDown, listFailure: failure('unreachable') }],
    ['openai', 'no-key', { health: healthy({ cooldown: () => refused }) }],
    ['openai', 'no-key', { listFailure: failure('unauthorized') }],
    ['openai', 'unreachable', { listFailure: failure('unreachable'), listedModels: [] }],
    ['openai', 'ready', { listedModels: [], isListing: true }],
    ['openai', 'ready', { lastOutcome: { at: '', model: 'm', outcome: 'ok', ms: 1 } }],
    ['openai', 'checking', { isListing: true }],
    ['openai', 'unknown', {}],
  ];
  for (const [name, state, more] of table)
    assert.equal(providerState(facts(name, more)), state, JSON.stringify(more));
});

test('a provider cools down until the first of its models is available again', () => {
  const ends: Record<string, number> = { a: untilMs + 1_000, b: untilMs };
  const health = healthy({ cooldownOf: (name) => ({ ...limited, untilMs: ends[name] ?? 0 }) });
  const status = providerStatus(
    facts('openai', { health, listedModels: [{ name: 'a' }, { name: 'b' }] }),
    [],
  );
  assert.deepEqual(
    [status.state, status.rule, status.until],
    ['cooling-down', 'rate-limit', '2026-11-21T12:00:00.000Z'],
  );
  const one = healthy({ cooldownOf: (name) => (name === 'a' ? limited : undefined) });
  const listedModels = [{ name: 'a' }, { name: 'b' }];
  assert.equal(providerState(facts('openai', { health: one, listedModels })), 'ready');
});

test('a refused key has no end', () => {
  const status = providerStatus(facts('openai', { health: healthy({ cooldown: () => refused }) }), []);
  assert.deepEqual([status.rule, status.until, status.detail], ['key', undefined, refused.reason]);
});

test('the cool-down of one model is listed beside the provider’s state', () => {
  const health = healthy({
    cooldownOf: (name) => (name === 'a' ? limited : undefined),
    circuitStateOf: () => 'open',
  });
  const models = [model('openai/a'), model('openai/b')];
  const { modelCooldowns } = providerStatus(facts('openai', { health }), models);
  const until = '2026-11-21T12:00:00.000Z';
  assert.deepEqual(modelCooldowns, [
    { model: 'a', circuit: 'open', rule: 'rate-limit', reason: 'At its limit.', until },
  ]);
});

test('a key is not needed where it is optional and missing; each key is listed', () => {
  assert.equal(providerStatus(facts('ollama', { keyLocation: 'none' }), []).key, 'not-needed');
  const each = { name: 'saved key 1', requests: 1, failures: 0 };
  const keys = (count: number) => ({ count: () => count, status: () => [each], windows: () => [] });
  assert.deepEqual(providerStatus(facts('openai', { keys: keys(1) }), []).keys, [each]);
  assert.deepEqual(providerStatus(facts('openai', { keys: keys(2) }), []).keys, [each]);
});
