import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEmpty, statusBar } from '../../../client/texts/status.ts';
import { provider, receipt, status } from '../samples.ts';

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

test('the welcome shows only while nothing is set up', () => {
  const idle = provider({ state: 'unreachable' });
  assert.equal(isEmpty([idle, provider({ state: 'no-key', key: 'none' })], []), true);
  assert.equal(isEmpty([idle], ['lab']), false);
  assert.equal(isEmpty([provider()], []), false);
  assert.equal(isEmpty([provider({ state: 'unknown', key: 'environment' })], []), false);
});
