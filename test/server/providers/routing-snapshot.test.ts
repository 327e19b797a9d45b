/** What one request's snapshot holds, with each module as an object literal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RoutingSnapshotDeps, routingSnapshot } from '../../../server/providers/routing-snapshot.ts';
import type { RemainingBudget } from '../../../shared/model-stats.ts';
import { defaultSettings } from '../../../shared/settings.ts';
import { plainNames } from '../../support/plain-names.ts';
import { model } from '../routing/samples.ts';

const plain = model('lab/small');
const request = { task: 'general', promptTokens: 100, recommendedLocal: [] } as const;
const budgetOf = (usd: number): RemainingBudget => ({ usd, name: 'rumbo.budget.perDayUsd' });

const idle = {
  cooldowns: new Map(),
  modelCooldowns: new Map(),
  tokensLeft: new Map(),
  inFlight: new Map(),
};

/** Dependencies with one idle provider and no limit by provider. */
const deps = (more: Partial<RoutingSnapshotDeps> = {}): RoutingSnapshotDeps => ({
  settings: () => ({ ...defaultSettings, 'routing.strategy': 'cost' }),
  providers: {
    models: () => [plain],
    availability: () => idle,
    ...plainNames,
    names: () => ['lab', 'openai'],
  },
  budgets: { remainingBudget: () => budgetOf(1), differsByProvider: () => false },
  modelStats: { speeds: () => new Map(), tokenRatios: () => new Map(), outputRange: () => undefined },
  coldStarts: () => new Map(),
  ...more,
});

test('the requests in flight are those of the providers, whatever sent them', () => {
  const inFlight = new Map([['lab', 2]]);
  const { providers } = deps();
  const snapshot = routingSnapshot(
    deps({ providers: { ...providers, availability: () => ({ ...idle, inFlight }) } }),
    request,
  );
  assert.deepEqual(snapshot.inFlight, inFlight);
});

test('the settings are those at the time of the request', () => {
  assert.equal(routingSnapshot(deps(), request).strategy, 'cost');
  assert.deepEqual(routingSnapshot(deps(), request).models, [plain]);
});

test('each provider has a budget of its own only when one of the limits is a provider’s', () => {
  assert.deepEqual([...routingSnapshot(deps(), request).remainingBudgetByProvider], []);
  const shares: unknown[] = [];
  const budgets = {
    remainingBudget(share: { provider: string; role: string }) {
      shares.push(share);
      return budgetOf(share.provider === 'lab' ? 0.5 : 1);
    },
    differsByProvider: () => true,
  };
  const { remainingBudget, remainingBudgetByProvider } = routingSnapshot(deps({ budgets }), {
    ...request,
    role: 'Planner',
  });
  assert.equal(remainingBudget.usd, 1);
  assert.deepEqual(
    [...remainingBudgetByProvider].map(([provider, { usd }]) => [provider, usd]),
    [
      ['lab', 0.5],
      ['openai', 1],
    ],
  );
  assert.deepEqual(shares[0], { provider: '', role: 'Planner' });
});
