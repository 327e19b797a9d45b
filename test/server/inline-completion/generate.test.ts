import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionContext } from '../../../server/inline-completion/completion-context.ts';
import { completionGenerator, type GenerationOutcome } from '../../../server/inline-completion/generate.ts';
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
const chosen = (id: string, more: Partial<RankedModel> = {}): RankedModel => ({
  model: model(id),
  length: 'block',
  usualMs: null,
  lateAfterMs: 200,
  isCold: false,
  ...more,
});

type Manners = {
  /** Milliseconds to each piece. */
  readonly pieces?: readonly (readonly [ms: number, text: string])[];
  readonly fails?: RumboError;
  readonly usage?: Usage;
};

/** A writer over models that behave as told, by model; `asked` are the gaps they got. */
function stage(candidates: readonly RankedModel[], manners: Record<string, Manners> = {}, hedgePaid = false) {
  const clock = virtualClock();
  const accounts: GenerationOutcome[] = [];
  const asked: [string, FimTarget][] = [];
  const reserved: number[] = [];
  let held = 0;
  let room = Number.POSITIVE_INFINITY;
  const speed = latencies();
  const fill: GenerateWithFallback = async ({ model: name }, gap, signal) => {
    asked.push([name, gap]);
    const { pieces = [[10, 'one;']], fails, usage } = manners[name] ?? {};
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new RumboError('Cancelled.', { kind: 'cancelled' }))),
    );
    aborted.catch(() => {});
    const [first = [10, '']] = pieces;
    await Promise.race([clock.sleep(first[0]), aborted]);
    if (fails) throw fails;
    const told = Promise.withResolvers<Usage | undefined>();
    async function* text() {
      let whole = false;
      try {
        for (const [at, [ms, piece]] of pieces.entries()) {
          if (at > 0) await Promise.race([clock.sleep(ms), aborted]);
          yield piece;
        }
        whole = true;
      } finally {
        told.resolve(whole ? usage : undefined);
      }
    }
    const stream = text();
    signal.addEventListener('abort', () => told.resolve(undefined));
    return { mode: 'fill', format: 'fill', text: stream, usage: told.promise };
  };
  const writer = completionGenerator({
    candidates: () => candidates,
    fillerOf: ({ name }) => ({
      engine: { supportsPrefill: () => false, stream: () => assert.fail('The way asks.') },
      model: name,
      kind: 'llama-cpp',
      baseUrl: 'http://127.0.0.1:1',
    }),
    gapOf: async (_, __, shape) => ({
      prefix: 'const a = ',
      suffix: '\n',
      snippets: [],
      languageId: 'typescript',
      path: 'a.ts',
      maxTokens: 64,
      stop: [],
      length: shape,
    }),
    fill,
    reserve(_, usd) {
      if (usd > room) return undefined;
      reserved.push(usd);
      held += 1;
      return () => {
        held -= 1;
      };
    },
    account: (account) => {
      assert.ok(held > 0, 'what it cost is known before the reservation is given back');
      accounts.push(account);
    },
    latencies: speed,
    hedgePaid: () => hedgePaid,
    clock,
  });
  return {
    clock,
    writer,
    accounts,
    asked,
    reserved,
    speed,
    get held() {
      return held;
    },
    leave(usd: number) {
      room = usd;
    },
  };
}
const told = (accounts: readonly GenerationOutcome[]) =>
  accounts.map(({ model, outcome }) => `${model.name} ${outcome}`);

/** All of a text. */
async function whole(promise: Promise<CompletionStream>): Promise<string> {
  let text = '';
  for await (const piece of (await promise).text) text += piece;
  return text;
}
const open = () => new AbortController();

test('who would write is the first of the candidates; only a local one is free', () => {
  const { writer } = stage([chosen('ollama/a', { usualMs: 90, length: 'line' }), chosen('openai/b')]);
  assert.deepEqual(writer.chooseModel(context), {
    model: 'ollama/a',
    length: 'line',
    usualMs: 90,
    free: true,
  });
  assert.equal(stage([chosen('openai/b')]).writer.chooseModel(context)?.free, false);
  assert.equal(stage([]).writer.chooseModel(context), undefined);
});

test('a text that was read to its end is accounted for by what the service counted, and its speed is learnt', async () => {
  const usage = { ...noUsage, input: 1_000_000, output: 500_000 };
  const it = stage([chosen('openai/b')], {
    b: {
      pieces: [
        [100, 'one +'],
        [30, '\n  two;'],
        [20, '\n'],
      ],
      usage,
    },
  });
  const text = whole(it.writer.generate(context, 'block', open().signal));
  await it.clock.pass(1_000);
  assert.equal(await text, 'one +\n  two;\n');
  assert.deepEqual(it.accounts, [
    { model: model('openai/b'), outcome: 'ok', ms: 150, firstTextMs: 100, usage, costUsd: 3 },
  ]);
  assert.equal(it.held, 0);
  assert.deepEqual(it.speed.of('openai/b', 10), { usualMs: 100, lateAfterMs: null, lineMs: 130 });
});

test('a text that its reader leaves is estimated', async () => {
  const it = stage([chosen('openai/b')], {
    b: {
      pieces: [
        [10, 'one;'],
        [10, '\nmore'],
      ],
    },
  });
  const begun = it.writer.generate(context, 'block', open().signal);
  await it.clock.pass(10);
  const stream = (await begun).text[Symbol.asyncIterator]();
  await stream.next();
  await stream.return?.();
  await it.clock.pass(1);
  assert.deepEqual(told(it.accounts), ['b stopped']);
  const [{ usage, costUsd } = assert.fail()] = it.accounts;
  assert.ok(usage.input > 0 && usage.output === 2 && (costUsd ?? 0) > 0);
  assert.equal(it.held, 0);
});

test('a text that nobody begins to read is accounted for when it is aborted', async () => {
  const it = stage([chosen('ollama/a')]);
  const controller = open();
  const begun = it.writer.generate(context, 'block', controller.signal);
  await it.clock.pass(10);
  await begun;
  controller.abort();
  await it.clock.pass(1);
  assert.deepEqual(told(it.accounts), ['a cancelled']);
  assert.equal(it.held, 0);
});

test('the loser of a race is accounted for as cancelled, and known to be slow', async () => {
  const it = stage(
    [
      chosen('ollama/a', { lateAfterMs: 1_500 }),
      chosen('local/b', { model: { ...model('ollama/b'), provider: 'other' } }),
    ],
    {
      a: { pieces: [[5_000, 'late;']] },
    },
  );
  const text = whole(it.writer.generate(context, 'block', open().signal));
  await it.clock.pass(6_000);
  assert.equal(await text, 'one;');
  assert.deepEqual(told(it.accounts).sort(), ['a cancelled', 'b ok']);
  assert.equal(it.speed.of('ollama/a', 10)?.usualMs, 1_510);
  assert.equal(it.held, 0);
});

test('a paid model helps only where the user allows it; after a failure it is asked all the same', async () => {
  const late = { a: { pieces: [[500, 'late;']] } } as const;
  const models = [chosen('ollama/a'), chosen('openai/b')];
  const careful = stage(models, late);
  const text = whole(careful.writer.generate(context, 'block', open().signal));
  await careful.clock.pass(1_000);
  assert.equal(await text, 'late;');
  assert.deepEqual(told(careful.accounts), ['a ok']);

  const generous = stage(models, late, true);
  const helped = whole(generous.writer.generate(context, 'block', open().signal));
  await generous.clock.pass(1_000);
  assert.equal(await helped, 'one;');

  const failing = stage(models, { a: { fails: new RumboError('No.', { kind: 'unreachable' }) } });
  const next = whole(failing.writer.generate(context, 'block', open().signal));
  await failing.clock.pass(1_000);
  assert.equal(await next, 'one;');
  assert.deepEqual(told(failing.accounts), ['a unreachable', 'b ok']);
});

test('a model that has to be loaded helps nobody, and its first answer teaches nothing of its speed', async () => {
  const cold = chosen('ollama/b', { isCold: true, model: { ...model('ollama/b'), provider: 'other' } });
  const it = stage([chosen('ollama/a'), cold], { a: { pieces: [[900, 'late;']] } });
  const text = whole(it.writer.generate(context, 'block', open().signal));
  await it.clock.pass(1_000);
  assert.equal(await text, 'late;');
  const alone = stage([cold]);
  const loaded = whole(alone.writer.generate(context, 'block', open().signal));
  await alone.clock.pass(1_000);
  await loaded;
  assert.equal(alone.speed.of('ollama/b', 10), undefined);
});

test('what it could cost at worst is set aside before anything is sent; what a budget refuses is asked of the next', async () => {
  const it = stage([chosen('openai/b'), chosen('ollama/a')]);
  const paid = whole(it.writer.generate(context, 'block', open().signal));
  await it.clock.pass(1_000);
  await paid;
  // 11 bytes and what stands around them at 1 $, 64 tokens and those of a chat at 4 $, a million each.
  assert.deepEqual(it.reserved, [(611 * 1 + 664 * 4) / 1_000_000]);
  it.leave(0.001);
  const free = whole(it.writer.generate(context, 'block', open().signal));
  await it.clock.pass(1_000);
  assert.equal(await free, 'one;');
  assert.deepEqual(
    it.asked.map(([name]) => name),
    ['b', 'a'],
  );
});

test('a failure costs nothing unless the service had begun to answer', async () => {
  const accepted = new RumboError('It broke.', { kind: 'interrupted', accepted: true });
  const it = stage([chosen('openai/b'), chosen('openai/c')], {
    b: { fails: accepted },
    c: { fails: new RumboError('No.', { kind: 'overloaded' }) },
  });
  const text = whole(it.writer.generate(context, 'block', open().signal));
  text.catch(() => {});
  await it.clock.pass(1_000);
  await assert.rejects(text, ({ kind }: RumboError) => kind === 'overloaded');
  assert.deepEqual(
    it.accounts.map(({ costUsd, usage }) => [(costUsd ?? 0) > 0, usage.output]),
    [
      [true, 0],
      [false, 0],
    ],
  );
});

test('a slow model is asked for a line where lines are wanted, a fast one for no more than is wanted', async () => {
  const it = stage([chosen('ollama/a', { length: 'line' })]);
  const slow = whole(it.writer.generate(context, 'block', open().signal));
  await it.clock.pass(100);
  await slow;
  const fast = stage([chosen('ollama/a')]);
  const line = whole(fast.writer.generate(context, 'line', open().signal));
  await fast.clock.pass(100);
  await line;
  assert.deepEqual([it.asked[0]?.[1].length, fast.asked[0]?.[1].length], ['line', 'line']);
});
