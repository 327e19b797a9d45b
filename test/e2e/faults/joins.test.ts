/** An answer that is cut at any place and continued by models of every behavior: the user's text is whole, or is begun anew visibly. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AskPart } from '../../../shared/protocol.ts';
import type { Body, FakeBehavior } from '../../support/fake-providers/fake-provider.ts';
import { fakeLlamaCpp } from '../../support/fake-providers/llama-cpp.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { wholeAnswer } from '../../support/faults/expected-answer.ts';
import { configure, onlyProviders, type ServerPool, serverPool } from '../../support/faults/servers.ts';
import { anyModels, repeatingModels, type TakeoverModel } from '../../support/faults/takeover-models.ts';

const texts = {
  prose: wholeAnswer,
  code: 'Here it is:\n\n```python\ndef total(items):\n    sum = 0\n    for item in items:\n        if item.price > 1.25:\n            sum += item.price\n    return f"{sum:.2f}\\n"\n```\n\nIt leaves out cheap ones.',
};
/** Of so many places one is tried with each model, another one with the next model. */
const stride = 9;

let pool: ServerPool;
before(async () => {
  pool = await serverPool(2);
});
after(() => pool.close());

const counts = { tried: 0, continued: 0, restarted: 0 };

describe('the texts of two models', { concurrency: 2 }, () => {
  for (const [index, [does, model]] of Object.entries({ ...repeatingModels, ...anyModels }).entries())
    test(`are one text when the second one ${does}`, () =>
      pool.use(async (server) => {
        for (const [kind, whole] of Object.entries(texts))
          for (let cut = 1 + (index % stride); cut < whole.length - 1; cut += stride)
            await tryJoin(server, whole, cut, model, `${kind}, cut after ${cut}`);
      }));
});

test('most texts are continued', (t) => {
  t.diagnostic(`${counts.tried} cuts, ${counts.continued} continued, ${counts.restarted} begun anew`);
  assert.ok(counts.tried > 600, String(counts.tried));
  assert.ok(counts.continued > counts.tried / 2);
});

const openAi = ['openai-compatible', fakeOpenAi] as const;
let services = 0;

async function tryJoin(
  server: Parameters<Parameters<ServerPool['use']>[0]>[0],
  whole: string,
  cut: number,
  model: TakeoverModel,
  name: string,
): Promise<void> {
  const beginning = whole.slice(0, cut);
  // An engine that continues a prefill, and one that cannot.
  const [kind, make] = services % 2 === 0 ? (['llama-cpp', fakeLlamaCpp] as const) : openAi;
  const reply = (body: Body): string => {
    const messages = body['messages'] as readonly { readonly role: string; readonly content: string }[];
    if (!messages.some(({ role }) => role === 'assistant')) return whole;
    const text = model(beginning, whole.slice(cut));
    const last = messages.at(-1);
    return last?.role === 'assistant' && text.startsWith(last.content)
      ? text.slice(last.content.length)
      : text;
  };
  const models = ['fake-model'];
  const first = await fakeOpenAi({ models, fault: { kind: 'custom', behavior: breaksOffAfter(beginning) } });
  const second = await make({ models, reply });
  try {
    services += 1;
    await configure(
      server,
      // New names have new circuits.
      onlyProviders({
        [`first${services}`]: { kind: 'openai-compatible', baseUrl: first.baseUrl, models },
        [`second${services}`]: { kind, baseUrl: second.baseUrl, models },
      }),
    );
    let shown = '';
    const takeovers: string[] = [];
    const onPart = (part: AskPart): void => {
      if (part.type === 'text-delta') shown += part.text;
      if (part.type !== 'takeover') return;
      takeovers.push(part.mode);
      if (part.mode === 'restart') shown = '';
    };
    const result = await server.ask(
      { prompt: 'Say it.', useCache: false },
      onPart,
      AbortSignal.timeout(20_000),
    );
    assert.equal(result.text.trimEnd(), whole.trimEnd(), name);
    assert.equal(shown, result.text, name);
    assert.equal(takeovers[0], 'continue', name);
    counts.tried += 1;
    if (takeovers.includes('restart')) counts.restarted += 1;
    else counts.continued += 1;
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
}

const breaksOffAfter =
  (text: string): FakeBehavior =>
  async ({ response, contentType, stream, reply }) => {
    const one = stream();
    response.writeHead(200, { 'content-type': contentType });
    response.write(one.start(reply.usage) + one.text(text));
    await sleep(1);
    response.end();
  };
