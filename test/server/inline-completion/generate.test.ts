import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptRecord } from '../../../server/accounting/attempt-record.ts';
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';
import { completionGenerator } from '../../../server/inline-completion/generate.ts';
import type { CompletionStream } from '../../../server/inline-completion/generator.ts';
import { latencies } from '../../../server/inline-completion/latencies.ts';
import type { FimTarget } from '../../../server/inline-completion/prompting/fim-target.ts';
import type { GenerateWithFallback } from '../../../server/inline-completion/prompting/generate-with-fallback.ts';
import type { RankedModel } from '../../../server/inline-completion/rank-models.ts';
import { noUsage, type Usage } from '../../../shared/chat.ts';
import { RumboError } from '../../../shared/errors.ts';
import { virtualClock } from '../../support/typing/virtual-clock.ts';
import { model } from '../routing/samples.ts';

const context: CompletionContext = {
  uri: 'file:///a.ts',
  version: 1,
  languageId: 'typescript',
  before: 'const a = ',
  after: '\n',
  indentation: { tabs: false, size: 2 },
  trigger: 'automatic',
};
const ranked = (id: string, more: Partial<RankedModel> = {}): RankedModel => ({
  model: model(id),
  length: 'block',
  usualMs: null,
  lateAfterMs: 200,
  isCold: false,
  ...more,
});

type ModelBehavior = {
  /** Milliseconds to each piece. */
  readonly pieces?: readonly (readonly [ms: number, text: string])[];
  readonly fails?: RumboError;
  readonly usage?: Usage;
};

/** A generator over fake models, by name; `requests` are the targets they got. */
function setUp(
  models: readonly RankedModel[],
  behavior: Record<string, ModelBehavior> = {},
  { hedgePaid = false } = {},
) {
  const clock = virtualClock();
  const outcomes: AttemptRecord[] = [];
  const requests: [string, FimTarget][] = [];
  const reserved: number[] = [];
  let open = 0;
  let remainingUsd = Number.POSITIVE_INFINITY;
  const speed = latencies();
  const generateWithFallback: GenerateWithFallback = async ({ model: name }, target, signal) => {
    requests.push([name, target]);
    const { pieces = [[10, 'one;']], fails, usage } = behavior[name] ?? {};
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new RumboError('Cancelled.', { kind: 'cancelled' }))),
    );
    aborted.catch(() => {});
    const [first = [10, '']] = pieces;
    await Promise.race([clock.sleep(first[0]), aborted]);
    if (fails) throw fails;
    const reported = Promise.withResolvers<Usage | undefined>();
    async function* text() {
      let isWhole = false;
      try {
        for (const [index, [ms, piece]] of pieces.entries()) {
          if (index > 0) await Promise.race([clock.sleep(ms), aborted]);
          yield piece;
        }
        isWhole = true;
      } finally {
        reported.resolve(isWhole ? usage : undefined);
      }
    }
    const stream = text();
    signal.addEventListener('abort', () => reported.resolve(undefined));
    return { mode: 'fill', format: 'fill', text: stream, usage: reported.promise };
  };
  const generator = completionGenerator({
    modelsFor: () => models,
    endpoints: {
      endpointOf: ({ name }) => ({
        engine: { supportsPrefill: () => false, stream: () => assert.fail('The fake generates.') },
        model: name,
        kind: 'llama-cpp',
        baseUrl: 'http://127.0.0.1:1',
      }),
    },
    buildFimTarget: async (_, __, length) => ({
      prefix: 'const a = ',
      suffix: '\n',
      snippets: [],
      languageId: 'typescript',
      path: 'a.ts',
      maxTokens: 64,
      stop: [],
      length,
    }),
    generateWithFallback,
    reservations: {
      ofSuggestion: () => ({
        async reserve(_, usd) {
          if (usd > remainingUsd) return undefined;
          reserved.push(usd);
          open += 1;
          return {
            beforeSend: async () => {},
            onBilledFailure() {},
            billedFailures: () => 0,
            settle() {
              open -= 1;
            },
          };
        },
      }),
    },
    record(outcome) {
      assert.ok(open > 0, 'the outcome is recorded before the reservation is released');
      outcomes.push(outcome);
    },
    latencies: speed,
    settings: () => ({ 'inline.hedgePaid': hedgePaid }),
    clock,
  });
  return {
    clock,
    generator,
    outcomes,
    requests,
    reserved,
    speed,
    get openReservations() {
      return open;
    },
    limitBudget(usd: number) {
      remainingUsd = usd;
    },
  };
}
const summary = (outcomes: readonly AttemptRecord[]) =>
  outcomes.map(({ model, outcome }) => `${model.name} ${outcome}`);

/** All of a text. */
async function whole(promise: Promise<CompletionStream>): Promise<string> {
  let text = '';
  for await (const piece of (await promise).text) text += piece;
  return text;
}
const open = () => new AbortController();

test('the first ranked model is chosen; only a local one is free', () => {
  const { generator } = setUp([ranked('ollama/a', { usualMs: 90, length: 'line' }), ranked('openai/b')]);
  assert.deepEqual(generator.chooseModel(context), {
    model: 'ollama/a',
    length: 'line',
    usualMs: 90,
    free: true,
  });
  assert.equal(setUp([ranked('openai/b')]).generator.chooseModel(context)?.free, false);
  assert.equal(setUp([]).generator.chooseModel(context), undefined);
});

test('a text read to its end is recorded with the reported usage and its latency', async () => {
  const usage = { ...noUsage, input: 1_000_000, output: 500_000 };
  const it = setUp([ranked('openai/b')], {
    b: {
      pieces: [
        [100, 'one +'],
        [30, '\n  two;'],
        [20, '\n'],
      ],
      usage,
    },
  });
  const text = whole(it.generator.generate(context, 'block', open().signal));
  await it.clock.pass(1_000);
  assert.equal(await text, 'one +\n  two;\n');
  assert.deepEqual(it.outcomes, [
    {
      ...{ kind: 'inline', role: 'inline', task: 'simple_generation', model: model('openai/b') },
      ...{ outcome: 'ok', ms: 150, firstTextMs: 100, usage, usageEstimated: false, costUsd: 3 },
      estimatedPromptTokens: 4,
    },
  ]);
  assert.equal(it.openReservations, 0);
  assert.deepEqual(it.speed.of('openai/b', 10), { usualMs: 100, lateAfterMs: null, lineMs: 130 });
});

test('the usage of a text whose reader stops is estimated', async () => {
  const it = setUp([ranked('openai/b')], {
    b: {
      pieces: [
        [10, 'one;'],
        [10, '\nmore'],
      ],
    },
  });
  const begun = it.generator.generate(context, 'block', open().signal);
  await it.clock.pass(10);
  const stream = (await begun).text[Symbol.asyncIterator]();
  await stream.next();
  await stream.return?.();
  await it.clock.pass(1);
  assert.deepEqual(summary(it.outcomes), ['b stopped']);
  const [{ usage, costUsd } = assert.fail()] = it.outcomes;
  assert.ok(usage.input > 0 && usage.output === 2 && (costUsd ?? 0) > 0);
  assert.equal(it.openReservations, 0);
});

test('an unread text is recorded when it is aborted', async () => {
  const it = setUp([ranked('ollama/a')]);
  const controller = open();
  const begun = it.generator.generate(context, 'block', controller.signal);
  await it.clock.pass(10);
  await begun;
  controller.abort();
  await it.clock.pass(1);
  assert.deepEqual(summary(it.outcomes), ['a cancelled']);
  assert.equal(it.openReservations, 0);
});

test('the slower of two hedged requests is recorded as cancelled, and its model as slow', async () => {
  const it = setUp(
    [
      ranked('ollama/a', { lateAfterMs: 1_500 }),
      ranked('local/b', { model: { ...model('ollama/b'), provider: 'other' } }),
    ],
    {
      a: { pieces: [[5_000, 'late;']] },
    },
  );
  const text = whole(it.generator.generate(context, 'block', open().signal));
  await it.clock.pass(6_000);
  assert.equal(await text, 'one;');
  assert.deepEqual(summary(it.outcomes).sort(), ['a cancelled', 'b ok']);
  assert.equal(it.speed.of('ollama/a', 10)?.usualMs, 1_510);
  assert.equal(it.openReservations, 0);
});

test('a paid model hedges only if the settings allow it; after a failure it is requested in any case', async () => {
  const late = { a: { pieces: [[500, 'late;']] } } as const;
  const models = [ranked('ollama/a'), ranked('openai/b')];
  const careful = setUp(models, late);
  const text = whole(careful.generator.generate(context, 'block', open().signal));
  await careful.clock.pass(1_000);
  assert.equal(await text, 'late;');
  assert.deepEqual(summary(careful.outcomes), ['a ok']);

  const generous = setUp(models, late, { hedgePaid: true });
  const helped = whole(generous.generator.generate(context, 'block', open().signal));
  await generous.clock.pass(1_000);
  assert.equal(await helped, 'one;');

  const failing = setUp(models, { a: { fails: new RumboError('No.', { kind: 'unreachable' }) } });
  const next = whole(failing.generator.generate(context, 'block', open().signal));
  await failing.clock.pass(1_000);
  assert.equal(await next, 'one;');
  assert.deepEqual(summary(failing.outcomes), ['a unreachable', 'b ok']);
});

test('a model that has to be loaded never hedges, and its latency is not recorded', async () => {
  const cold = ranked('ollama/b', { isCold: true, model: { ...model('ollama/b'), provider: 'other' } });
  const it = setUp([ranked('ollama/a'), cold], { a: { pieces: [[900, 'late;']] } });
  const text = whole(it.generator.generate(context, 'block', open().signal));
  await it.clock.pass(1_000);
  assert.equal(await text, 'late;');
  const alone = setUp([cold]);
  const loaded = whole(alone.generator.generate(context, 'block', open().signal));
  await alone.clock.pass(1_000);
  await loaded;
  assert.equal(alone.speed.of('ollama/b', 10), undefined);
});

test('the highest possible cost is reserved before sending; over budget, the next model is requested', async () => {
  const it = setUp([ranked('openai/b'), ranked('ollama/a')]);
  const paid = whole(it.generator.generate(context, 'block', open().signal));
  await it.clock.pass(1_000);
  await paid;
  // 11 bytes and the overhead at 1 $, 64 tokens and those of a chat at 4 $, per million.
  assert.deepEqual(it.reserved, [(611 * 1 + 664 * 4) / 1_000_000]);
  it.limitBudget(0.001);
  const free = whole(it.generator.generate(context, 'block', open().signal));
  await it.clock.pass(1_000);
  assert.equal(await free, 'one;');
  assert.deepEqual(
    it.requests.map(([name]) => name),
    ['b', 'a'],
  );
});

test('a failure costs nothing unless the service had accepted the prompt', async () => {
  const accepted = new RumboError('It broke.', { kind: 'interrupted', accepted: true });
  const it = setUp([ranked('openai/b'), ranked('openai/c')], {
    b: { fails: accepted },
    c: { fails: new RumboError('No.', { kind: 'overloaded' }) },
  });
  const text = whole(it.generator.generate(context, 'block', open().signal));
  text.catch(() => {});
  await it.clock.pass(1_000);
  await assert.rejects(text, ({ kind }: RumboError) => kind === 'overloaded');
  assert.deepEqual(
    it.outcomes.map(({ costUsd, usage }) => [(costUsd ?? 0) > 0, usage.output]),
    [
      [true, 0],
      [false, 0],
    ],
  );
});

test('a slow model is requested for a line instead of a block, a fast one for no more than wanted', async () => {
  const it = setUp([ranked('ollama/a', { length: 'line' })]);
  const slow = whole(it.generator.generate(context, 'block', open().signal));
  await it.clock.pass(100);
  await slow;
  const fast = setUp([ranked('ollama/a')]);
  const line = whole(fast.generator.generate(context, 'line', open().signal));
  await fast.clock.pass(100);
  await line;
  assert.deepEqual([it.requests[0]?.[1].length, fast.requests[0]?.[1].length], ['line', 'line']);
});
