/**
 * What a user gets from two providers with all settings at their defaults, while the first one fails in each of the usual
 * ways. `npm run test:failover` runs it five times, with an outage of a whole minute.
 */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TerminalServer } from '../../../scripts/terminal/server.ts';
import type { AskParams } from '../../../shared/ask.ts';
import type { FakeBehavior, FakeOptions, FakeProvider } from '../../support/fake-providers/fake-provider.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import * as behaviors from '../../support/faults/behaviors.ts';
import { continueAnswer, usage, wholeAnswer } from '../../support/faults/expected-answer.ts';
import { type Asked, ask, entry, failure, fake, server } from '../server/support.ts';

/** Milliseconds. */
const outageMs = Number(process.env['RUMBO_OUTAGE_MS'] ?? 40_000);

type Lab = {
  readonly first: FakeProvider;
  readonly next: FakeProvider;
  /** When each chat came to the first provider. */
  readonly chatsAt: number[];
  ask(params?: Partial<AskParams>): Promise<Timed>;
  readonly rumbo: TerminalServer;
};
type Timed = Asked & {
  /** Milliseconds to the first text, and in all. */
  readonly textMs: number;
  readonly ms: number;
};

/** Two cloud providers, of which the first one does this. */
async function setUp(
  t: TestContext,
  behavior: FakeBehavior,
  more: { readonly next?: FakeOptions; readonly models?: readonly string[] } = {},
): Promise<Lab> {
  const chatsAt: number[] = [];
  const first = await fake(t, fakeOpenAi, {
    reply: continueAnswer,
    ...(more.models ? { models: more.models } : {}),
    fault: {
      kind: 'custom',
      async behavior(exchange) {
        chatsAt.push(performance.now());
        await behavior(exchange);
      },
    },
  });
  const next = await fake(t, fakeOpenAi, { reply: continueAnswer, ...more.next });
  const cloud = { source: 'api', models: ['fake-model'] };
  const { models = cloud.models } = more;
  const rumbo = await server(t, {
    'rumbo.providers': { first: entry(first, { ...cloud, models }), next: entry(next, cloud) },
    'rumbo.routing.priorityOrder': ['first', 'next'],
    'rumbo.routing.strategy': 'priority',
  });
  return {
    first,
    next,
    chatsAt,
    rumbo,
    async ask(params = {}) {
      const startedAt = performance.now();
      let textMs = Number.NaN;
      const answer = await ask(
        rumbo,
        { prompt: 'Write it.', useCache: false, ...params },
        {
          onPart({ type }) {
            if (type === 'text-delta' && Number.isNaN(textMs)) textMs = performance.now() - startedAt;
          },
        },
      );
      return { ...answer, textMs, ms: performance.now() - startedAt };
    },
  };
}

/** The whole answer, once, by these attempts. */
function assertWhole({ text, result }: Asked, attempts: readonly string[]): void {
  assert.equal(result.text, wholeAnswer);
  if (result.receipt.takeovers.length === 0) assert.equal(text, wholeAnswer);
  assert.deepEqual(
    result.receipt.attempts.map(({ model, outcome }) => `${model.split('/')[0]} ${outcome}`),
    attempts,
  );
}

// Together, because most of them wait.
describe('with default settings', { concurrency: true }, () => {
  failsBeforeTheAnswer();
  failsDuringTheAnswer();
  failsForLong();
});

function failsBeforeTheAnswer(): void {
  test('a rate limit that ends soon is waited for, no shorter than stated', async (t) => {
    const limited = behaviors.responds({ status: 429, headers: { 'retry-after': '1' }, body: {} });
    const lab = await setUp(t, behaviors.firstTimes(limited));
    assertWhole(await lab.ask(), ['first ok']);
    const [one = 0, two = 0] = lab.chatsAt;
    assert.ok(two - one >= 1_000, `${two - one} ms`);
  });

  test('a rate limit without any time is tried again few times, with pauses, and then left', async (t) => {
    const lab = await setUp(t, behaviors.responds({ status: 429, body: {} }));
    assertWhole(await lab.ask(), ['first rate-limited', 'next ok']);
    assert.ok(lab.chatsAt.length <= 3, `${lab.chatsAt.length} tries`);
    for (const [index, at] of lab.chatsAt.slice(1).entries()) assert.ok(at - (lab.chatsAt[index] ?? 0) >= 20);
  });

  test('one internal error is tried again', async (t) => {
    const lab = await setUp(t, behaviors.firstTimes(behaviors.responds({ status: 500, body: {} })));
    assertWhole(await lab.ask(), ['first ok']);
  });

  test('a service that is unavailable is tried few times, and then left', async (t) => {
    const lab = await setUp(t, behaviors.responds({ status: 503, body: {} }));
    assertWhole(await lab.ask(), ['first overloaded', 'next ok']);
    assert.ok(lab.chatsAt.length >= 2 && lab.chatsAt.length <= 3, `${lab.chatsAt.length} tries`);
  });

  test('a connection that is reset before any answer is made again', async (t) => {
    const lab = await setUp(t, behaviors.firstTimes(behaviors.resets));
    assertWhole(await lab.ask(), ['first ok']);
  });

  test('a service that accepts and never answers is overtaken after ten seconds, and not waited for again', async (t) => {
    const lab = await setUp(t, behaviors.hangs);
    const one = await lab.ask();
    assertWhole(one, ['first timeout', 'next ok']);
    assert.ok(one.ms > 9_900 && one.ms < 14_000, `${one.ms} ms`);
    const chats = lab.chatsAt.length;
    const two = await lab.ask({ prompt: 'And again.' });
    assert.ok(two.ms < 2_000, `${two.ms} ms`);
    assert.equal(lab.chatsAt.length, chats);
    assert.ok(lab.first.chats[0]?.aborted, 'its socket is closed');
  });

  test('a first part that comes after twenty seconds is not waited for', async (t) => {
    const lab = await setUp(t, behaviors.firstPartAfter(20_000));
    const answer = await lab.ask();
    assertWhole(answer, ['first timeout', 'next ok']);
    assert.ok(answer.textMs < 15_000, `${answer.textMs} ms`);
    assert.equal(lab.first.chats.length + lab.next.chats.length, 2);
  });

  test('a first part that comes after twelve seconds may still be the first', async (t) => {
    const lab = await setUp(t, behaviors.firstPartAfter(12_000), { next: { headDelayMs: 30_000 } });
    assertWhole(await lab.ask(), ['next cancelled', 'first ok']);
    assert.ok(lab.next.chats[0]?.aborted);
  });

  test('a prompt that is too long is tried once, and goes to the larger context', async (t) => {
    const message = "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens.";
    const body = { error: { message, type: 'invalid_request_error', code: 'context_length_exceeded' } };
    const lab = await setUp(t, behaviors.responds({ status: 400, body }));
    assertWhole(await lab.ask(), ['first context-too-long', 'next ok']);
    assert.equal(lab.chatsAt.length, 1);
  });

  test('a refusal by a content filter is reported, and no other model is asked', async (t) => {
    const message = 'The response was filtered due to the prompt triggering the content management policy.';
    const body = { error: { message, code: 'content_filter', status: 400 } };
    const lab = await setUp(t, behaviors.responds({ status: 400, body }));
    const { kind } = await failure(lab.ask());
    assert.equal(kind, 'content-filtered');
    assert.deepEqual([lab.chatsAt.length, lab.next.chats.length], [1, 0]);
  });

  test('the receipt tells what happened: model, usage, attempts', async (t) => {
    const lab = await setUp(t, behaviors.responds({ status: 404, body: {} }));
    const { result, parts } = await lab.ask();
    const { model, usage: counted, attempts, costUsd } = result.receipt;
    assert.equal(model, 'next/fake-model');
    assert.deepEqual([counted.input, counted.output], [usage.input, usage.output]);
    assert.deepEqual(
      attempts.map((attempt) => [attempt.model, attempt.outcome]),
      [
        ['first/fake-model', 'model-not-found'],
        ['next/fake-model', 'ok'],
      ],
    );
    assert.equal(costUsd, null, 'the price of a model that no list knows');
    assert.ok(parts.some((part) => part.type === 'fallback' && part.from === 'first/fake-model'));
  });
}

function failsDuringTheAnswer(): void {
  test('a stream that is cut is continued without a word lost or repeated', async (t) => {
    for (const cut of [behaviors.resetsInTheMiddle, behaviors.endsInTheMiddle]) {
      const lab = await setUp(t, cut);
      assertWhole(await lab.ask(), ['first interrupted', 'next ok']);
    }
  });

  test('a stream that stalls is continued', async (t) => {
    const lab = await setUp(t, behaviors.stallsInTheMiddle);
    const answer = await lab.ask();
    assertWhole(answer, ['first interrupted', 'next ok']);
    assert.ok(answer.ms < 40_000, `${answer.ms} ms`);
  });

  test('an event that cannot be read in the middle costs no word', async (t) => {
    const lab = await setUp(t, behaviors.withInTheMiddle('data: {"choices":[{"delta":{"content":"lo\n\n'));
    assert.equal((await lab.ask()).result.text, wholeAnswer);
  });

  test('a stream without its end marker is complete when it gave a finish reason: at its end, else soon', async (t) => {
    const ended = behaviors.sends((_body, events) => events.slice(0, -1).join(''));
    for (const [behavior, limitMs] of [
      [ended, 1_000],
      [behaviors.withoutMarker(1), 3_500],
    ] as const) {
      const lab = await setUp(t, behavior);
      const answer = await lab.ask();
      assertWhole(answer, ['first ok']);
      assert.ok(answer.ms - answer.textMs < limitMs, `${answer.ms - answer.textMs} ms`);
    }
  });

  test('a cut stream is whole although the next provider refuses a prefill', async (t) => {
    const refusal = {
      status: 400,
      body: { error: { message: 'This model does not support assistant message prefill.' } },
    };
    const lab = await setUp(t, behaviors.resetsInTheMiddle, {
      next: { fault: { kind: 'custom', behavior: behaviors.refusesPrefill(refusal) } },
    });
    assert.equal((await lab.ask()).result.text, wholeAnswer);
  });
}

function failsForLong(): void {
  for (const [name, outage] of [
    ['refuses', behaviors.responds({ status: 503, body: {} })],
    ['resets', behaviors.resets],
    ['is silent', behaviors.hangs],
  ] as const)
    test(`while a provider ${name} for long every request is answered, and it is used again within 8 s`, async (t) => {
      let isDown = false;
      const lab = await setUp(t, (exchange) => (isDown ? outage(exchange) : exchange.sendAnswer()));
      // The server has started when the outage begins.
      await lab.ask();
      isDown = true;
      lab.chatsAt.length = 0;
      const answers: Promise<{ at: number; model: string }>[] = [];
      const steady = async () => {
        const at = performance.now();
        const { result } = await lab.ask({ prompt: `Question ${answers.length}.` });
        assert.equal(result.text, wholeAnswer);
        return { at, model: result.receipt.model };
      };
      const startedAt = performance.now();
      const recoversAt = startedAt + outageMs;
      while (performance.now() < recoversAt + 10_000) {
        if (performance.now() >= recoversAt) isDown = false;
        answers.push(steady());
        await sleep(500);
      }
      const all = await Promise.all(answers);
      const tries = lab.chatsAt.filter((at) => at < recoversAt).length;
      // Some together before the circuit opens, then one every five seconds.
      const together = outage === behaviors.hangs ? 24 : 9;
      assert.ok(tries <= together + outageMs / 4_500 + 1, `${tries} tries`);
      const late = all.filter(({ at, model }) => at > recoversAt + 8_000 && model !== 'first/fake-model');
      assert.deepEqual(late, []);
    });

  test('a model that always fails keeps no other model of its provider from answering', async (t) => {
    const models = ['broken', 'fine'];
    const lab = await setUp(
      t,
      (exchange) =>
        exchange.request.body?.['model'] === 'broken'
          ? exchange.refuse({ status: 500, body: {} })
          : exchange.sendAnswer(),
      { models },
    );
    for (let time = 0; time < 8; time += 1)
      await lab.ask({ model: 'first/broken', whenPinnedUnavailable: 'next' });
    const { result } = await lab.ask({ model: 'first/fine', whenPinnedUnavailable: 'fail' });
    assertWhole({ text: wholeAnswer, parts: [], result }, ['first ok']);
  });

  test('what arrives while the server is stopped counts before the time does, and no other model is asked', async (t) => {
    const trial = async (behavior: FakeBehavior, stopAtMs: number, stopMs: number) => {
      const lab = await setUp(t, behavior);
      const answer = lab.ask();
      await sleep(stopAtMs);
      process.kill(lab.rumbo.pid, 'SIGSTOP');
      await sleep(stopMs);
      process.kill(lab.rumbo.pid, 'SIGCONT');
      assertWhole(await answer, ['first ok']);
      assert.equal(lab.next.chats.length, 0);
    };
    await Promise.all([
      trial(behaviors.firstPartAfter(5_000), 3_000, 14_000),
      trial(stallsFor(8_000), 4_000, 34_000),
    ]);
  });
}

/** The answer with a pause in the middle. */
const stallsFor =
  (ms: number): FakeBehavior =>
  async (exchange) => {
    const { start, words, finish } = behaviors.eventsIn(exchange);
    exchange.response.writeHead(200, { 'content-type': exchange.contentType });
    exchange.response.write(start + words.slice(0, 5).join(''));
    await sleep(ms);
    exchange.response.end([...words.slice(5), ...finish].join(''));
  };
