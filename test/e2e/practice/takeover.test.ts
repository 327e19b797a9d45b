/** The real llama.cpp, on a model that obeys no instruction, continues the answer of another service. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { practiceModels } from '../../../scripts/practice/replies.ts';
import type { PracticeEngine } from '../../../scripts/practice/start.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { onlyProviders } from '../../support/faults/servers.ts';
import { startPracticeEngine } from '../../support/practice-engine.ts';
import { ask, fake, server } from '../server/support.ts';

let engine: PracticeEngine;
before(async () => {
  engine = await startPracticeEngine();
});
after(() => engine.close());

const [model] = practiceModels;

/** What the user gets when a service breaks off after this text. */
async function takenOver(t: Parameters<typeof fake>[0], beginning: string) {
  const first = await fake(t, fakeOpenAi, {
    reply: beginning,
    fault: { kind: 'end', afterWords: Number.POSITIVE_INFINITY },
  });
  const limits = { connectMs: 5_000, firstPartMs: 60_000, betweenPartsMs: 60_000 };
  const rumbo = await server(t, {
    ...onlyProviders({
      first: { kind: 'openai-compatible', baseUrl: first.baseUrl, models: ['fake-model'] },
      practice: { kind: 'llama-cpp', baseUrl: engine.baseUrl, models: [model?.name] },
    }),
    'rumbo.routing.timeouts': { local: limits, api: limits },
  });
  const { text, parts, result } = await ask(rumbo, { prompt: 'hello' });
  const takeovers = parts.flatMap((part) => (part.type === 'takeover' ? [part.mode] : []));
  return { text, whole: result.text, takeovers };
}

test('a text that it repeats from the beginning is continued, without a word twice', async (t) => {
  const whole = model?.reply ?? '';
  const { text, takeovers } = await takenOver(t, whole.slice(0, Math.floor(whole.length / 2)));
  assert.equal(text, whole);
  assert.deepEqual(takeovers, ['continue']);
});

test('a text that it does not know is begun anew, visibly', async (t) => {
  const { whole, takeovers } = await takenOver(t, 'The quick brown fox jumps over the');
  assert.equal(whole, model?.reply);
  assert.deepEqual(takeovers, ['continue', 'restart']);
});
