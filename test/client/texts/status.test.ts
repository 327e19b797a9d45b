import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  inOrder,
  modelDescription,
  providerDescription,
  providerTooltip,
} from '../../../client/texts/provider.ts';
import { isEmpty, statusBar } from '../../../client/texts/status.ts';
import { model, provider, receipt, status } from '../samples.ts';

test('the status bar is short and says what matters most', () => {
  assert.equal(statusBar(undefined).text, '$(compass) Rumbo');
  assert.equal(statusBar(status()).text, '$(compass) Rumbo: auto');
  assert.equal(statusBar(status({ problems: ['x'] })).text, '$(warning) Rumbo: settings');
  assert.match(statusBar(status({ inFlight: 1 })).text, /spin/);
  assert.match(statusBar(status({ health: 'offline' })).text, /no model/);
  assert.equal(statusBar(status(), receipt()).text, '$(compass) groq/llama · 1.2 s · $0.0012');
});

test('its tooltip has strategy, health, today’s cost, problems and notes', () => {
  const { tooltip } = statusBar(
    status({
      today: { costUsd: 0.42, requests: 3, unknownPrice: 1 },
      problems: ['rumbo.models: must be an object.'],
      providers: [provider({ note: 'Practice engine.' })],
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

test('a provider’s state in few words', () => {
  assert.equal(providerDescription(provider()), 'ready · 1 model');
  assert.equal(providerDescription(provider({ state: 'no-key' })), 'no key');
  assert.match(
    providerDescription(provider({ state: 'resting', until: '2026-11-21T14:05:00' }), 'en-GB'),
    /^resting until 14:05$/,
  );
});

test('foreign text cannot break out of its line of a tooltip', () => {
  assert.equal(
    providerTooltip(provider({ detail: 'a\n![x](https://evil.example/x.png)' })).split('\n').length,
    4,
  );
});

test('a model in few words', () => {
  assert.equal(modelDescription(model()), 'local · tier 3 · 32k · free');
  const cloud = model({ source: 'api', tier: null, contextTokens: 200_000, price: { input: 4, output: 20 } });
  assert.equal(modelDescription(cloud), 'cloud · 200k · $4/$20');
  assert.equal(
    modelDescription(model({ toggle: false, price: null })),
    'off · local · tier 3 · 32k · price unknown',
  );
  assert.match(modelDescription(model({ locked: true })), /^locked · /);
});

test('the welcome shows only while nothing is set up', () => {
  const idle = provider({ state: 'unreachable' });
  assert.equal(isEmpty([idle, provider({ state: 'no-key', key: 'none' })], []), true);
  assert.equal(isEmpty([idle], ['lab']), false);
  assert.equal(isEmpty([provider()], []), false);
  assert.equal(isEmpty([provider({ state: 'unknown', key: 'environment' })], []), false);
});

test('what works stands first in the tree', () => {
  const states = ['off', 'no-key', 'ready', 'unreachable', 'resting', 'checking', 'unknown'] as const;
  const sorted = inOrder(states.map((state) => provider({ state }))).map(({ state }) => state);
  assert.deepEqual(sorted, ['ready', 'resting', 'checking', 'unknown', 'unreachable', 'no-key', 'off']);
});
