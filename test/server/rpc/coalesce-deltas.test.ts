import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { coalesceDeltas } from '../../../server/rpc/coalesce-deltas.ts';
import type { AskPart } from '../../../shared/protocol.ts';

const text = (word: string): AskPart => ({ type: 'text-delta', text: word });
const thought = (word: string): AskPart => ({ type: 'reasoning-delta', text: word });

async function run(make: () => AsyncGenerator<AskPart, string>, sendMs = 0) {
  const sent: AskPart[] = [];
  const result = await coalesceDeltas(make(), async (part) => {
    if (sendMs > 0) await sleep(sendMs);
    sent.push(part);
  });
  return { sent, result };
}
const joined = (parts: readonly AskPart[]) =>
  parts.map((part) => ('text' in part ? part.text : `<${part.type}>`)).join('');

test('a fast stream becomes few messages, the first word at once, nothing lost', async () => {
  const { sent, result } = await run(async function* () {
    yield { type: 'start', model: 'p/m', cached: false };
    for (let i = 0; i < 1_000; i++) yield text(`${i} `);
    return 'whole';
  });
  assert.equal(result, 'whole');
  assert.equal(joined(sent), `<start>${Array.from({ length: 1_000 }, (_, i) => `${i} `).join('')}`);
  assert.deepEqual(sent[1], text('0 '));
  assert.ok(sent.length < 100, `${sent.length} messages`);
});
test('kinds are never mixed and keep their order', async () => {
  const { sent } = await run(async function* () {
    yield thought('hm ');
    yield thought('so ');
    yield text('a');
    yield text('b');
    yield thought('c');
    return '';
  });
  assert.equal(joined(sent), 'hm so abc');
  assert.deepEqual(
    sent.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1]),
    ['reasoning-delta', 'text-delta', 'reasoning-delta'],
  );
});
test('buffered text is sent after a frame, though the model pauses', async () => {
  const sent: AskPart[] = [];
  const pause = Promise.withResolvers<void>();
  const answer = coalesceDeltas(
    (async function* () {
      yield text('a');
      yield text('b');
      await pause.promise;
      return '';
    })(),
    async (part) => void sent.push(part),
  );
  for (let tries = 0; joined(sent) !== 'ab' && tries < 200; tries++) await sleep(5);
  assert.equal(joined(sent), 'ab');
  pause.resolve();
  await answer;
});
test('a failure comes after all parts before it', async () => {
  const sent: AskPart[] = [];
  const broken = async function* (): AsyncGenerator<AskPart, string> {
    yield text('a');
    yield text('b');
    throw new Error('broke');
  };
  await assert.rejects(
    coalesceDeltas(broken(), async (part) => void sent.push(part)),
    /broke/,
  );
  assert.equal(joined(sent), 'ab');
});
test('a slow receiver slows the reading down instead of filling the memory', async () => {
  let read = 0;
  const answer = run(async function* () {
    for (; read < 50; read++) {
      await sleep(1);
      yield { type: 'code', code: { text: String(read), languageId: null } };
    }
    return '';
  }, 20);
  await sleep(150);
  assert.ok(read < 20, `${read} were read ahead`);
  await answer;
});
