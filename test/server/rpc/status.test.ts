/** The status as one value, and when it is announced. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusReader, throttledNotifier } from '../../../server/rpc/status.ts';
import { currentSettings } from '../../../server/settings/current-settings.ts';
import type { ProviderStatus } from '../../../shared/status.ts';

const provider = (more: Partial<ProviderStatus>): ProviderStatus =>
  ({ name: 'lab', state: 'ready', key: 'not-needed', models: [], ...more }) as ProviderStatus;
const healthOf = (...providers: ProviderStatus[]) =>
  statusReader({
    version: '1',
    current: currentSettings({}),
    providers: { status: () => providers, problems: () => ['a problem'] },
    modelCatalog: { withLocalModels: (status) => status },
    discovered: { offers: () => ({}) },
    budgets: { list: () => [] },
    ledger: { spending: () => ({ costUsd: 0, requests: 0, unknownPrice: 0 }), problems: () => [] },
    inlineCompletion: { state: () => ({}) as never },
    orchestrator: { inFlight: () => 2 },
    keys: { store: () => 'memory', storeProblem: () => undefined },
  })().health;

test('without a provider that can answer the server is offline', () => {
  assert.equal(healthOf(), 'offline');
  assert.equal(healthOf(provider({ state: 'unreachable' })), 'offline');
  assert.equal(healthOf(provider({ state: 'unknown', key: 'none' })), 'offline');
});

test('a built-in local engine that is not running does not degrade the others', () => {
  const ready = provider({});
  assert.equal(healthOf(ready, provider({ state: 'unreachable' })), 'ready');
  assert.equal(healthOf(ready, provider({ state: 'unreachable', key: 'keychain' })), 'degraded');
  assert.equal(healthOf(ready, provider({ state: 'cooling-down' })), 'degraded');
});

test('many changes are announced once, and a later one again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const notifier = throttledNotifier();
  let sent = 0;
  notifier.onDue(() => {
    sent += 1;
  });
  for (let change = 0; change < 5; change++) notifier.changed();
  assert.equal(sent, 0);
  t.mock.timers.tick(100);
  assert.equal(sent, 1);
  notifier.changed();
  notifier.dispose();
  t.mock.timers.tick(100);
  assert.equal(sent, 1, 'nothing is announced after the end');
});
