/** The balancer's input for one request. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toRoutingRequest } from '../../../server/orchestration/request.ts';
import { requestSnapshots } from '../../../server/orchestration/request-snapshot.ts';
import { userCorrections } from '../../../server/routing/classifier/user-corrections.ts';
import type { LocalUse } from '../../../shared/local-models.ts';
import { defaultSettings } from '../../../shared/settings.ts';
import { plainNames } from '../../support/plain-names.ts';

test('it holds the conversation’s warm model and the local models for its task', () => {
  const uses: LocalUse[] = [];
  const snapshots = requestSnapshots({
    settings: () => defaultSettings,
    providers: {
      models: () => [],
      ...plainNames,
      names: () => [],
      availability: () => ({
        cooldowns: new Map(),
        modelCooldowns: new Map(),
        tokensLeft: new Map(),
        inFlight: new Map([['lab', 2]]),
      }),
    },
    budgets: { remainingBudget: () => ({ usd: 1, name: 'a limit' }), differsByProvider: () => false },
    modelStats: { speeds: () => new Map(), tokenRatios: () => new Map(), outputRange: () => undefined },
    modelCatalog: {
      coldStarts: () => new Map([['lab/cold', 900]]),
      recommendedLocal(use) {
        uses.push(use);
        return ['lab/one'];
      },
    },
    warmPrefixes: { find: (messages) => ({ model: 'lab/one', tokens: messages.length }) },
  });
  const request = toRoutingRequest({ prompt: 'hi', role: 'coder' }, defaultSettings, userCorrections());
  const snapshot = snapshots.take(request);
  assert.deepEqual(uses, ['code']);
  assert.deepEqual(snapshot.recommendedLocal, ['lab/one']);
  assert.deepEqual(snapshot.warmPrefix, { model: 'lab/one', tokens: 2 });
  assert.equal(snapshot.coldStartMs.get('lab/cold'), 900);
  assert.equal(snapshot.inFlight.get('lab'), 2);
});
