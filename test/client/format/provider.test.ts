import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  activeRateWindows,
  keyStateText,
  providerDescription,
  providerTooltip,
  rateWindowText,
  sortProviders,
  stateIcon,
  userProblem,
} from '../../../client/format/provider.ts';
import type { RateWindow } from '../../../shared/status.ts';
import { sampleProvider } from '../samples.ts';

/** A local time of today, ISO 8601; a time of tomorrow would have its date. */
const today = (hours: number, minutes: number): string =>
  new Date(new Date().setHours(hours, minutes, 0, 0)).toISOString();
const at1405 = today(14, 5);
const soon = () => new Date(Date.now() + 60_000).toISOString();
const long = () => new Date(Date.now() - 60_000).toISOString();
const requests = (more: Partial<RateWindow> = {}): RateWindow => ({
  unit: 'requests',
  limit: 60,
  remaining: 3,
  resetsAt: soon(),
  ...more,
});

test('a provider’s description has its state', () => {
  assert.equal(providerDescription(sampleProvider()), 'ready · 1 model');
  assert.equal(providerDescription(sampleProvider({ circuit: 'half-open' })), 'retrying · 1 model');
  assert.equal(providerDescription(sampleProvider({ state: 'no-key', key: 'none' })), 'no key');
  const modelCooldowns = sampleProvider({ state: 'cooling-down', until: at1405 });
  assert.equal(providerDescription(modelCooldowns, 'en-GB'), 'cooling down until 14:05');
  assert.equal(
    providerDescription({ ...modelCooldowns, rule: 'rate-limit' }, 'en-GB'),
    'rate limit until 14:05',
  );
});

test('a refused key and an empty account are named, since only the user can solve them', () => {
  const refused = sampleProvider({ state: 'cooling-down', rule: 'key', key: 'environment', until: at1405 });
  const wrong = sampleProvider({ state: 'no-key', key: 'keychain' });
  const empty = sampleProvider({ state: 'cooling-down', rule: 'payment', key: 'keychain', until: at1405 });
  assert.deepEqual(
    [refused, wrong, empty].map((each) => [userProblem(each), providerDescription(each), stateIcon(each)]),
    [
      ['key refused', 'key refused', 'key'],
      ['key refused', 'key refused', 'key'],
      ['account empty', 'account empty', 'credit-card'],
    ],
  );
  for (const fine of [
    sampleProvider(),
    sampleProvider({ state: 'no-key', key: 'none' }),
    { ...empty, state: 'off' } as const,
  ])
    assert.equal(userProblem(fine), undefined);
});

test('a rate limit shows what is left and when it resets, until it has reset', () => {
  const window = requests({ resetsAt: at1405 });
  assert.deepEqual(rateWindowText(window, 'en-GB'), {
    left: '3/60 requests left',
    until: 'resets at 14:05',
  });
  assert.deepEqual(
    rateWindowText(
      { ...window, limit: null, unit: 'input tokens', remaining: 12_000, model: 'small' },
      'en-GB',
    ),
    {
      left: '12k input tokens left',
      until: 'resets at 14:05, for small',
    },
  );
  const past = requests({ resetsAt: long() });
  const fresh = requests({ unit: 'tokens', limit: 1000, remaining: 900 });
  const [scarcest, ...others] = activeRateWindows(sampleProvider({ windows: [past, fresh, requests()] }));
  assert.equal(scarcest?.remaining, 3);
  assert.deepEqual(others, [fresh]);
});

test('only a rate limit that is nearly used up is in the description', () => {
  const words = (window: RateWindow) => providerDescription(sampleProvider({ windows: [window] }));
  assert.equal(words(requests()), 'ready · 3/60 requests left');
  assert.equal(words(requests({ remaining: 30 })), 'ready · 1 model');
  assert.equal(words(requests({ limit: null })), 'ready · 1 model');
  assert.equal(words(requests({ resetsAt: long() })), 'ready · 1 model');
});

test('a key shows its requests, or why it is cooling down', () => {
  const key = { name: 'GEMINI_API_KEY_2', requests: 12, failures: 0 };
  assert.equal(keyStateText(key), 'ok, 12 requests');
  assert.equal(keyStateText({ ...key, requests: 1, failures: 1 }), 'ok, 1 request, 1 failed');
  assert.equal(keyStateText({ ...key, requests: 0 }), 'ok, not used yet');
  assert.equal(
    keyStateText({ ...key, cooldownReason: 'The key was\nrefused.', until: at1405 }, 'en-GB'),
    'cooling down until 14:05: The key was refused.',
  );
});

test('foreign text cannot break out of its line of a tooltip', () => {
  const lines = providerTooltip(sampleProvider({ detail: 'a\n![x](https://evil.example/x.png)' })).split(
    '\n',
  );
  assert.equal(lines.length, 4);
});

test('the tooltip explains the circuit and counts the keys', () => {
  const key = { name: 'KEY_1', requests: 1, failures: 0 };
  const tooltip = providerTooltip(
    sampleProvider({ circuit: 'half-open', keys: [key, { ...key, name: 'KEY_2' }] }),
  );
  assert.match(tooltip, /one request tests whether it works again/);
  assert.match(tooltip, /It has 2 keys, which share its requests\./);
  assert.match(providerTooltip(sampleProvider({ circuit: 'open' })), /gets no requests for now/);
});

test('working providers come first, then those that need the user; unused ones come last', () => {
  const states = ['off', 'no-key', 'ready', 'unreachable', 'cooling-down', 'checking', 'unknown'] as const;
  const all = states.map((state) => sampleProvider({ state, key: 'none', label: state }));
  const absent = sampleProvider({
    state: 'unreachable',
    name: 'ollama',
    kind: 'ollama',
    models: [],
    label: 'absent',
  });
  const refused = sampleProvider({ state: 'no-key', key: 'environment', label: 'refused' });
  const sorted = sortProviders([absent, ...all, refused]).map(({ label }) => label);
  assert.deepEqual(sorted, [
    'ready',
    'cooling-down',
    'refused',
    'checking',
    'unknown',
    'unreachable',
    'no-key',
    'absent',
    'off',
  ]);
});

test('a built-in local engine that was never used is “not running”; one that was used or configured is unreachable', () => {
  const ollama = sampleProvider({ state: 'unreachable', name: 'ollama', kind: 'ollama', models: [] });
  assert.equal(providerDescription(ollama), 'not running');
  const last = { at: at1405, model: 'small', outcome: 'unreachable', ms: 3 };
  assert.equal(providerDescription({ ...ollama, lastOutcome: last }), 'unreachable');
  assert.equal(providerDescription({ ...ollama, name: 'mine' }), 'unreachable');
});
