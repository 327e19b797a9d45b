/** The decision of a request: when it waits, when it has the prompt counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestSpending } from '../../../server/metrics/request-spending.ts';
import { toRoutingRequest } from '../../../server/orchestration/request.ts';
import {
  currentCriteria,
  pinPolicy,
  decideRoute as routeParts,
} from '../../../server/orchestration/route.ts';
import { userCorrections } from '../../../server/routing/classifier/user-corrections.ts';
import type { RoutingSnapshot } from '../../../server/routing/snapshot.ts';
import type { AskParams } from '../../../shared/ask.ts';
import type { ModelId } from '../../../shared/chat.ts';
import type { Model } from '../../../shared/models.ts';
import type { AskPart } from '../../../shared/protocol.ts';
import { defaultSettings } from '../../../shared/settings.ts';
import { plainNames } from '../../support/plain-names.ts';
import { unlimited } from './progress.ts';

const model: Model = {
  id: 'lab/one',
  provider: 'lab',
  name: 'one',
  source: 'api',
  private: false,
  toggle: true,
  locked: false,
  tier: 3,
  contextTokens: 1_000,
  maxOutputTokens: null,
  abilities: { tools: true, vision: true },
  price: { input: 1, output: 1 },
};
const snapshot: RoutingSnapshot = {
  models: [model],
  cooldowns: new Map(),
  modelCooldowns: new Map(),
  tokensLeft: new Map(),
  speeds: new Map(),
  tokenRatios: new Map(),
  coldStartMs: new Map(),
  recommendedLocal: [],
  inFlight: new Map(),
  strategy: 'priority',
  priorityOrder: [],
  taskTypes: {},
  roles: {},
  remainingBudget: { usd: null, name: 'none' },
  remainingBudgetByProvider: new Map(),
};
const routable = (params: AskParams) => ({
  params,
  request: toRoutingRequest(params, defaultSettings, userCorrections()),
  settingsAtRead: defaultSettings,
  exactPromptTokens: new Map<ModelId, number>(),
  spending: requestSpending(unlimited, 0),
});

function deps(snapshots: readonly RoutingSnapshot[], countTokens?: () => Promise<number | undefined>) {
  let taken = 0;
  return {
    settings: () => defaultSettings,
    snapshots: { take: () => snapshots[Math.min(taken++, snapshots.length - 1)] ?? snapshot },
    metrics: { observe() {} },
    providers: {
      ...plainNames,
      get: () => ({
        engine: {
          async *stream() {},
          supportsPrefill: () => false,
          ...(countTokens ? { countTokens } : {}),
        },
        config: {},
      }),
    },
    taken: () => taken,
  };
}
const signal = new AbortController().signal;

/** The decision, and the parts that the client gets before it. */
async function decideRoute(...args: Parameters<typeof routeParts>) {
  const parts: AskPart[] = [];
  const route = routeParts(...args);
  for (;;) {
    const { done, value } = await route.next();
    if (done) return { ...value, parts };
    parts.push(value);
  }
}

test('a model that may answer is decided at once', async () => {
  const parts = deps([snapshot]);
  const { decision } = await decideRoute(parts, routable({ prompt: 'hi' }), signal);
  assert.equal(decision.candidates[0]?.model.id, 'lab/one');
  assert.equal(parts.taken(), 1);
});

test('a prompt whose estimate alone is too long is counted by its own service', async () => {
  const prompt = 'word '.repeat(800);
  const counted = deps([snapshot], async () => 500);
  const open = routable({ prompt });
  const { decision, criteria } = await decideRoute(counted, open, signal);
  assert.equal(decision.candidates[0]?.promptTokens, 500);
  assert.equal(criteria.exactPromptTokens?.get('lab/one'), 500);

  const silent = deps([snapshot], async () => undefined);
  assert.equal((await decideRoute(silent, routable({ prompt }), signal)).decision.candidates.length, 0);
});

test('a rate limit that ends soon is waited for, unless the user is typing', async () => {
  const limited: RoutingSnapshot = {
    ...snapshot,
    cooldowns: new Map([['lab', { rule: 'rate-limit', reason: 'x', untilMs: Date.now() + 30 }]]),
  };
  const waits = deps([limited, snapshot]);
  const { decision } = await decideRoute(waits, routable({ prompt: 'hi' }), signal);
  assert.equal(decision.candidates.length, 1);
  const typing = deps([limited, snapshot]);
  const atOnce = await decideRoute(typing, routable({ prompt: 'hi', urgency: 'typing' }), signal);
  assert.equal(atOnce.decision.candidates.length, 0);
});

test('a pinned model that no other may replace is waited for longer, and the wait is reported', async () => {
  const limited = (untilMs: number): RoutingSnapshot => ({
    ...snapshot,
    cooldowns: new Map([['lab', { rule: 'rate-limit', reason: 'x', untilMs }]]),
  });
  const pinned = { prompt: 'hi', model: 'lab/one', whenPinnedUnavailable: 'fail' } as const;
  const soon = await decideRoute(deps([limited(Date.now() + 30), snapshot]), routable(pinned), signal);
  assert.equal(soon.decision.candidates.length, 1);
  assert.ok((soon.waitedMs ?? 0) >= 20);
  assert.deepEqual(soon.parts, [], 'it is over before it is read');
  const seen = await decideRoute(deps([limited(Date.now() + 600), snapshot]), routable(pinned), signal);
  const [wait] = seen.parts;
  assert.ok(wait?.type === 'wait' && wait.reason === 'lab/one: x');
  const startedAt = performance.now();
  const late = await decideRoute(deps([limited(Date.now() + 90_000)]), routable(pinned), signal);
  assert.ok(late.decision.unavailablePin);
  assert.ok(performance.now() - startedAt < 5_000, 'a minute and a half is too long');
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 10);
  const waiting = decideRoute(deps([limited(Date.now() + 20_000)]), routable(pinned), controller.signal);
  await assert.rejects(waiting, 'longer than without a pin');
});

test('a cancel ends the wait', async () => {
  const limited: RoutingSnapshot = {
    ...snapshot,
    cooldowns: new Map([['lab', { rule: 'rate-limit', reason: 'x', untilMs: Date.now() + 5_000 }]]),
  };
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 10);
  await assert.rejects(decideRoute(deps([limited]), routable({ prompt: 'hi' }), controller.signal));
});

test('a request’s own rule for a lost pin wins over the setting', () => {
  const setting = defaultSettings['routing.whenPinnedUnavailable'];
  assert.equal(pinPolicy({ prompt: 'x' }, defaultSettings), setting);
  assert.equal(pinPolicy({ prompt: 'x', whenPinnedUnavailable: 'fail' }, defaultSettings), 'fail');
});

test('a file that became local-only since the request was read is so', () => {
  const file = { uri: 'file:///a/secret.md', languageId: 'x', text: '' };
  const open = routable({ prompt: 'x', file });
  assert.equal(currentCriteria(open, defaultSettings, plainNames.listedId), open.request.criteria);
  const changed = { ...defaultSettings, 'privacy.localOnly': ['**/secret.md'] };
  assert.equal(currentCriteria(open, changed, plainNames.listedId).localOnly, true);
});

test('models that the request names are those of the lists', () => {
  const named = routable({ prompt: 'x', model: 'home/a', strongerThan: 'home/b' });
  const { model, strongerThan } = currentCriteria(named, defaultSettings, (id) => `${id}:latest`);
  assert.deepEqual([model, strongerThan], ['home/a:latest', 'home/b:latest']);
});
