/** One test for each section of load_balancer_rules.md, of the same name, running its example; and the corners of each rule. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { balance } from '../../../server/routing/balancer.ts';
import { noCandidateError, pinnedModelError } from '../../../server/routing/no-candidate-error.ts';
import type { RoutingCriteria, RoutingSnapshot } from '../../../server/routing/snapshot.ts';
import type { Cooldown } from '../../../shared/cooldowns.ts';
import type { Model } from '../../../shared/models.ts';
import { taskTypes } from '../../../shared/tasks.ts';
import { model, route, snapshot } from './samples.ts';

const ids = (...input: Parameters<typeof balance>) =>
  balance(...input).candidates.map(({ model }) => model.id);
const cooldowns = (...entries: [string, Cooldown][]) => new Map(entries);
const limited = (provider: string, untilMs: number): [string, Cooldown] => [
  provider,
  { rule: 'rate-limit', reason: 'It is at its rate limit.', untilMs },
];

test('every section of the rules has a test of the same name', () => {
  const own = readFileSync(new URL(import.meta.url), 'utf8');
  const rules = readFileSync(
    new URL('../../../server/routing/load_balancer_rules.md', import.meta.url),
    'utf8',
  );
  const names = [...rules.matchAll(/^## (.+)$/gm)].map(([, name]) => name);
  assert.equal(names.length, 4);
  for (const name of names) assert.ok(own.includes(`describe('${name}'`), name);
});

describe('1. Filter', () => {
  test('its example', () => {
    const decision = balance(
      route(),
      snapshot(
        [
          model('openai/a', { locked: true }),
          model('openai/b', { toggle: false }),
          model('groq/g'),
          model('ollama/c'),
        ],
        { cooldowns: cooldowns(limited('groq', 20_000)) },
      ),
    );
    assert.deepEqual(
      decision.candidates.map(({ model }) => model.id),
      ['ollama/c'],
    );
    assert.deepEqual(
      decision.excluded.map(({ model, rule, until }) => [model, rule, until]),
      [
        ['openai/a', 'locked', undefined],
        ['openai/b', 'toggle', undefined],
        ['groq/g', 'rate-limit', '1970-01-01T00:00:20.000Z'],
      ],
    );
  });
  test('a locked model never runs, whatever is pinned', () => {
    const models = [model('openai/a', { locked: true })];
    assert.deepEqual(ids(route({ model: 'openai/a' }), snapshot(models)), []);
    assert.deepEqual(
      ids(route({ role: 'coder' }), snapshot(models, { roles: { coder: { model: 'openai/a' } } })),
      [],
    );
  });
  test('a model that is turned off runs only when this request pins it', () => {
    const models = [model('openai/a', { toggle: false })];
    assert.deepEqual(ids(route({ model: 'openai/a' }), snapshot(models)), ['openai/a']);
    assert.deepEqual(
      ids(route({ role: 'coder' }), snapshot(models, { roles: { coder: { model: 'openai/a' } } })),
      [],
    );
  });
  test('a local-only file never reaches a model outside the user’s machines', () => {
    const models = [model('openai/a'), model('ollama/far', { private: false }), model('ollama/c')];
    assert.deepEqual(ids(route({ localOnly: true, model: 'openai/a' }), snapshot(models)), ['ollama/c']);
  });
  test('a prompt that leaves too few tokens for an answer excludes the model, with both numbers', () => {
    const { candidates, excluded } = balance(route({ promptTokens: 7_900 }), snapshot([model('openai/a')]));
    assert.equal(candidates.length, 0);
    assert.match(excluded[0]?.reason ?? '', /7900.*8000/);
  });
  test('a hard budget excludes models that could break it or have no price, never a local one', () => {
    const models = [model('openai/a'), model('openai/x', { price: null }), model('ollama/c')];
    const decision = balance(
      route(),
      snapshot(models, { remainingBudget: { usd: 0.001, name: 'rumbo.budget.perDayUsd' } }),
    );
    assert.deepEqual(
      decision.candidates.map(({ model }) => model.id),
      ['ollama/c'],
    );
    assert.deepEqual(
      decision.excluded.map(({ rule }) => rule),
      ['budget', 'budget'],
    );
    assert.equal(
      ids(
        route(),
        snapshot(models, { remainingBudget: { usd: 1, name: 'rumbo.budget.perDayUsd' } }),
      ).includes('openai/a'),
      true,
    );
  });
});

describe('2. Pin', () => {
  const models = [model('openai/a'), model('ollama/c'), model('gemini/x')];
  const pinned = { roles: { coder: { model: 'ollama/c' } }, taskTypes: { planning: { model: 'gemini/x' } } };
  test('its example', () => {
    assert.equal(ids(route({ role: 'coder', model: 'openai/a' }), snapshot(models, pinned))[0], 'openai/a');
    const locked = models.map((each) => (each.id === 'openai/a' ? { ...each, locked: true } : each));
    const { unavailablePin } = balance(route({ role: 'coder', model: 'openai/a' }), snapshot(locked, pinned));
    assert.equal(unavailablePin?.model, 'openai/a');
    assert.equal(unavailablePin?.rule, 'locked');
  });
  test('the request’s pin wins over the role’s, and the role’s over the task type’s', () => {
    assert.equal(ids(route({ role: 'coder', task: 'planning' }), snapshot(models, pinned))[0], 'ollama/c');
    assert.equal(ids(route({ task: 'planning' }), snapshot(models, pinned))[0], 'gemini/x');
  });
  test('a pinned model that no provider lists is unavailable, with the reason', () => {
    const { unavailablePin } = balance(route({ model: 'openai/none' }), snapshot(models));
    assert.equal(unavailablePin?.rule, 'unknown');
    const failure = pinnedModelError(unavailablePin ?? { model: 'a/b', rule: 'unknown', reason: '' });
    assert.equal(failure.kind, 'model-not-found');
    assert.match(failure.message, /openai\/none/);
  });
  test('a pinned model whose provider could not be listed has the provider’s reason', () => {
    const coolingDown = cooldowns(
      ['openai', { rule: 'no-key', reason: 'OpenAI has no API key.' }],
      ['lab', { rule: 'unreachable', reason: 'Nothing answers at http://127.0.0.1:9.' }],
      ['gemini', { rule: 'rate-limit', reason: 'The rate limit is reached.' }],
    );
    for (const [pin, kind, sentence] of [
      ['openai/none', 'unauthorized', /has no API key/],
      ['lab/none', 'unreachable', /Nothing answers/],
      ['gemini/none', 'model-not-found', /is not a known model/],
    ] as const) {
      const { unavailablePin } = balance(route({ model: pin }), snapshot(models, { cooldowns: coolingDown }));
      const failure = pinnedModelError(unavailablePin ?? { model: 'a/b', rule: 'unknown', reason: '' });
      assert.deepEqual([failure.kind, failure.data.pinned], [kind, pin]);
      assert.match(failure.message, sentence);
    }
  });
});

describe('3. Order', () => {
  const models = [
    model('openai/a'),
    model('ollama/c', { tier: 1 }),
    model('gemini/x', { tier: 5, price: { input: 0.1, output: 0.4 } }),
  ];
  test('its example', () => {
    assert.deepEqual(ids(route(), snapshot(models)), ['gemini/x', 'ollama/c', 'openai/a']);
    assert.deepEqual(ids(route(), snapshot(models, { strategy: 'cost' })), [
      'ollama/c',
      'gemini/x',
      'openai/a',
    ]);
  });
  test('an unknown price comes last by cost and never counts as 0', () => {
    const all = [model('groq/u', { price: null }), ...models];
    assert.equal(ids(route(), snapshot(all, { strategy: 'cost' })).at(-1), 'groq/u');
  });
  test('performance puts the fastest measured model first and unmeasured ones last', () => {
    const speeds = new Map([
      ['openai/a', { firstTokenMs: 90, tokensPerSecond: null }],
      ['gemini/x', { firstTokenMs: 300, tokensPerSecond: null }],
    ]);
    assert.deepEqual(ids(route(), snapshot(models, { strategy: 'performance', speeds })), [
      'openai/a',
      'gemini/x',
      'ollama/c',
    ]);
  });
  test('quality puts the tier that is just enough first', () => {
    const hard = route({ task: 'planning', difficulty: 1 });
    assert.equal(ids(hard, snapshot(models, { strategy: 'quality' }))[0], 'gemini/x');
    const easy = route({ task: 'general', difficulty: 0 });
    assert.equal(ids(easy, snapshot(models, { strategy: 'quality' }))[0], 'ollama/c');
  });
  test('auto depends on the task type, and a strategy for the task type overrides it', () => {
    assert.equal(
      balance(route({ task: 'verification' }), snapshot(models, { strategy: 'auto' })).strategy,
      'cost',
    );
    assert.equal(
      balance(route({ task: 'planning' }), snapshot(models, { strategy: 'auto' })).strategy,
      'quality',
    );
    const own = snapshot(models, { strategy: 'auto', taskTypes: { planning: { strategy: 'cost' } } });
    assert.equal(balance(route({ task: 'planning' }), own).strategy, 'cost');
  });
  test('providers that are not listed come last, in table order', () => {
    const all = [model('zeta/z'), model('acme/y'), ...models];
    assert.deepEqual(ids(route(), snapshot(all)).slice(-2), ['zeta/z', 'acme/y']);
  });
  test('the order is the same for the same snapshot', () => {
    assert.deepEqual(ids(route(), snapshot(models)), ids(route(), snapshot(models)));
  });
});

describe('4. Safety lock', () => {
  const models = [model('groq/g'), model('openai/a'), model('ollama/c')];
  const both = cooldowns(limited('groq', 60_000), limited('openai', 20_000));
  test('its example', () => {
    const { candidates } = balance(route(), snapshot(models, { cooldowns: both }));
    assert.deepEqual(
      candidates.map(({ model }) => model.id),
      ['ollama/c'],
    );
    assert.match(candidates[0]?.reasons.at(-1) ?? '', /Safety lock: groq, openai .* until 1 Jan, \d\d:00:20/);
  });
  test('it is not mentioned while a cloud model can serve', () => {
    const { candidates } = balance(
      route(),
      snapshot(models, { cooldowns: cooldowns(limited('groq', 60_000)) }),
    );
    assert.doesNotMatch(candidates.flatMap(({ reasons }) => reasons).join(), /Safety lock/);
  });
});

describe('without candidates', () => {
  const why = (models: Model[], r: RoutingCriteria, more: Partial<RoutingSnapshot> = {}) => {
    const current = snapshot(models, more);
    return noCandidateError(balance(r, current), r, current);
  };
  test('a prompt too long for every model gives both numbers', () => {
    const error = why(
      [model('openai/a'), model('ollama/c', { contextTokens: 4_000 })],
      route({ promptTokens: 9_000 }),
    );
    assert.equal(error.kind, 'context-too-long');
    assert.match(error.message, /9000.*8000/);
  });
  test('rate limits give the time when the first ends', () => {
    const error = why([model('groq/g')], route(), { cooldowns: cooldowns(limited('groq', 20_000)) });
    assert.equal(error.kind, 'rate-limited');
    assert.match(error.message, /The first returns on 1 Jan, \d\d:00:20\./);
  });
  test('cool-downs for different reasons give the time when the first ends', () => {
    const error = why([model('groq/g'), model('openai/a')], route(), {
      cooldowns: cooldowns(limited('groq', 40_000), [
        'openai',
        { rule: 'circuit', reason: 'Nothing answers there.', untilMs: 10_000 },
      ]),
    });
    assert.equal(error.kind, 'overloaded');
    assert.match(error.message, /Nothing answers there\. .*The first returns on 1 Jan, \d\d:00:10\./);
  });
  test('the budget is named', () => {
    const error = why([model('openai/a')], route(), {
      remainingBudget: { usd: 0, name: 'rumbo.budget.perDayUsd' },
    });
    assert.equal(error.kind, 'over-budget');
    assert.match(error.message, /rumbo\.budget\.perDayUsd/);
  });
  test('without providers the message names what is missing', () => {
    const noKey: [string, Cooldown] = ['openai', { rule: 'no-key', reason: 'OpenAI has no API key.' }];
    const error = why([model('openai/a')], route(), { cooldowns: cooldowns(noKey) });
    assert.equal(error.kind, 'no-candidate');
    assert.match(error.message, /OpenAI has no API key/);
  });
  test('a local-only file without a local model has its own message', () => {
    assert.match(why([model('openai/a')], route({ localOnly: true })).message, /only go to local models/);
  });
});

test('local models come in recommended order, unless too weak for the request', () => {
  const here = snapshot(
    [model('ollama/a', { tier: 3 }), model('ollama/b', { tier: 1 }), model('ollama/c', { tier: 3 })],
    { recommendedLocal: ['ollama/b', 'ollama/c', 'ollama/a'] },
  );
  assert.deepEqual(ids(route({ difficulty: 0 }), here), ['ollama/b', 'ollama/c', 'ollama/a']);
  const hard = route({ task: 'verification', difficulty: 0.4 });
  assert.deepEqual(ids(hard, here), ['ollama/c', 'ollama/a', 'ollama/b']);
});

describe('a local model that has to be loaded first', () => {
  const [better, warm] = [model('ollama/better', { tier: 1 }), model('ollama/warm', { tier: 2 })];
  const cold = (ms: number) => snapshot([better, warm], { coldStartMs: new Map([['ollama/better', ms]]) });
  test('comes after a loaded one that fits nearly as well, and gives its loading time', () => {
    const easy = route({ difficulty: 0 });
    assert.deepEqual(ids(easy, cold(2_000)), ['ollama/better', 'ollama/warm']);
    assert.deepEqual(ids(easy, cold(25_000)), ['ollama/warm', 'ollama/better']);
    const last = balance(easy, cold(25_000)).candidates[1];
    assert.match(last?.reasons[0] ?? '', / Loading it takes about 25 s\.$/);
  });
  test('comes before one that is too weak', () => {
    assert.deepEqual(
      ids(route({ difficulty: 0.6, task: 'verification' }), {
        ...snapshot([model('ollama/weak', { tier: 1 }), model('ollama/good', { tier: 3 })]),
        coldStartMs: new Map([['ollama/good', 60_000]]),
      }),
      ['ollama/good', 'ollama/weak'],
    );
  });
  test('counts its loading time when speed decides', () => {
    const speeds = new Map([
      ['ollama/better', { firstTokenMs: 100, tokensPerSecond: 100 }],
      ['ollama/warm', { firstTokenMs: 900, tokensPerSecond: 50 }],
    ]);
    const fast = { strategy: 'performance' as const, speeds };
    assert.equal(ids(route(), { ...cold(0), ...fast })[0], 'ollama/better');
    assert.equal(ids(route(), { ...cold(30_000), ...fast })[0], 'ollama/warm');
  });
});

describe('a stronger model', () => {
  const all = snapshot([
    model('ollama/small', { tier: 1 }),
    model('gemini/middle', { tier: 3 }),
    model('openai/large', { tier: 5 }),
    model('groq/unknown', { tier: null }),
  ]);
  test('only a higher tier may answer, and the others have a reason', () => {
    const { candidates, excluded } = balance(route({ strongerThan: 'gemini/middle' }), all);
    assert.deepEqual(
      candidates.map(({ model: { id } }) => id),
      ['openai/large'],
    );
    assert.deepEqual(
      excluded.map(({ rule, reason }) => [rule, reason]),
      [
        ['stronger', 'It is not stronger than gemini/middle.'],
        ['stronger', 'A stronger one was requested.'],
        ['stronger', 'It is not stronger than gemini/middle.'],
      ],
    );
  });
  test('overrides the pin of a role, not the pin of the request', () => {
    const pinned = { ...all, roles: { coder: { model: 'ollama/small' } } };
    const wish = { role: 'coder', strongerThan: 'ollama/small' };
    assert.equal(balance(route(wish), pinned).unavailablePin, undefined);
    assert.equal(ids(route({ ...wish, model: 'openai/large' }), pinned)[0], 'openai/large');
  });
  test('that does not exist has its own message', () => {
    const question = route({ strongerThan: 'openai/large' });
    const error = noCandidateError(balance(question, all), question, all);
    assert.match(error.message, /^No available model is stronger than openai\/large\.$/);
    assert.match(error.data.action ?? '', /tier in rumbo\.models/);
  });
  test('for similar prompts puts weaker models last with every strategy, and they still answer alone', () => {
    const cheap = { ...all, strategy: 'cost' as const };
    assert.equal(ids(route(), cheap)[0], 'ollama/small');
    const { candidates } = balance(route({ minTier: 2 }), cheap);
    assert.equal(candidates.at(-1)?.model.id, 'ollama/small');
    assert.match(candidates.at(-1)?.reasons[0] ?? '', /You wanted a stronger model for prompts like this\.$/);
    const withModelList = { ...cheap, taskTypes: { general: { models: ['ollama/small'] } } };
    assert.equal(ids(route({ minTier: 2 }), withModelList)[0], 'ollama/small', 'the user’s own list holds');
  });
});

describe('lists of a role or a task type', () => {
  const models = [model('gemini/x'), model('openai/a'), model('openai/b'), model('ollama/c')];
  test('only the models that are allowed may answer, by name or by provider', () => {
    const roles = { coder: { allow: ['openai/*', 'ollama/c'] as `${string}/${string}`[] } };
    const { candidates, excluded } = balance(route({ role: 'coder' }), snapshot(models, { roles }));
    assert.deepEqual(candidates.map(({ model }) => model.id).sort(), ['ollama/c', 'openai/a', 'openai/b']);
    assert.deepEqual(
      excluded.map(({ rule }) => rule),
      ['allow'],
    );
    const taskTypes = { general: { allow: ['openai/b', 'gemini/x'] as `${string}/${string}`[] } };
    assert.deepEqual(ids(route({ role: 'coder' }), snapshot(models, { roles, taskTypes })), ['openai/b']);
  });
  test('listed models come first, in the order of the list, and the others follow', () => {
    const taskTypes = { general: { models: ['openai/b', 'ollama/c'] as `${string}/${string}`[] } };
    assert.deepEqual(ids(route(), snapshot(models, { taskTypes })), [
      'openai/b',
      'ollama/c',
      'gemini/x',
      'openai/a',
    ]);
  });
});

test('between equal models the one with fewer requests in flight comes first', () => {
  const models = [model('lab-a/m'), model('lab-b/m')];
  assert.equal(ids(route(), snapshot(models, { inFlight: new Map([['lab-a', 2]]) }))[0], 'lab-b/m');
  assert.equal(ids(route(), snapshot(models, { inFlight: new Map([['lab-b', 1]]) }))[0], 'lab-a/m');
});

describe('for any models and any request', () => {
  const anyModel = fc.record({
    provider: fc.constantFrom('gemini', 'openai', 'groq', 'ollama'),
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    locked: fc.boolean(),
    toggle: fc.boolean(),
    private: fc.boolean(),
    tier: fc.option(fc.integer({ min: 1, max: 5 })),
    contextTokens: fc.option(fc.integer({ min: 1, max: 100_000 })),
    price: fc.option(
      fc.record({
        input: fc.double({ min: 0, max: 20, noNaN: true }),
        output: fc.double({ min: 0, max: 80, noNaN: true }),
      }),
    ),
  });
  const anySnapshot = fc
    .record({
      models: fc.uniqueArray(anyModel, {
        selector: ({ provider, name }) => `${provider}/${name}`,
        maxLength: 12,
      }),
      strategy: fc.constantFrom('auto', 'priority', 'cost', 'performance', 'quality'),
      remainingUsd: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    })
    .map(({ models, strategy, remainingUsd }) =>
      snapshot(
        models.map(({ provider, name, ...more }) => model(`${provider}/${name}`, more)),
        {
          strategy: strategy as RoutingSnapshot['strategy'],
          remainingBudget: { usd: remainingUsd, name: 'rumbo.budget.perDayUsd' },
        },
      ),
    );
  const anyRoute = fc
    .record({
      task: fc.constantFrom(...taskTypes),
      difficulty: fc.double({ min: 0, max: 1, noNaN: true }),
      localOnly: fc.boolean(),
      promptTokens: fc.integer({ min: 0, max: 50_000 }),
      pinned: fc.option(fc.constantFrom('openai/a', 'ollama/c')),
    })
    .map(({ pinned, ...rest }) =>
      route({ ...rest, maxPromptTokens: rest.promptTokens * 4, ...(pinned ? { model: pinned } : {}) }),
    );

  test('a locked model never runs, a local-only request stays local, no budget breaks, and the order is stable', () => {
    fc.assert(
      fc.property(anyRoute, anySnapshot, (asked, seen) => {
        const { candidates, excluded } = balance(asked, seen);
        for (const { model, costUsd } of candidates) {
          assert.ok(!model.locked);
          assert.ok(model.private || !asked.localOnly);
          if (model.source === 'api' && seen.remainingBudget.usd !== null)
            assert.ok(costUsd && costUsd.worst <= seen.remainingBudget.usd);
        }
        assert.equal(candidates.length + excluded.length, seen.models.length);
        assert.deepEqual(balance(asked, seen), balance(asked, seen));
      }),
      { numRuns: 300 },
    );
  });
});
