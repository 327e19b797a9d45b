/** What a user gets while services fail and recover. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask as askMessage, status } from '../../../shared/protocol.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { onlyProviders } from '../../support/faults/servers.ts';
import { ask, entry, failure, fake, server } from '../server/support.ts';

test('a request waits when every provider is at a short rate limit', async (t) => {
  const lab = await fake(t, fakeOpenAi, {
    fail: { status: 429, headers: { 'retry-after-ms': '500' }, body: {}, times: 1 },
  });
  const rumbo = await server(t, { 'rumbo.providers': { lab: entry(lab) } });
  const question = (prompt: string) => rumbo.connection.sendRequest(askMessage, { prompt, useCache: false });
  const first = question('one');
  while (lab.chats.length === 0) await sleep(10);
  await sleep(80);
  const second = await question('two');
  assert.equal(second.text, 'Hello from the fake.');
  assert.equal((await first).text, second.text);
  assert.equal(lab.chats.length, 3, 'no request in between');
});

test('a provider that was down is used again soon after it has recovered', async (t) => {
  const first = await fake(t, fakeOpenAi, { reply: 'first', fail: { status: 500, body: {} } });
  const next = await fake(t, fakeOpenAi, { reply: 'next' });
  const rumbo = await server(t, onlyProviders({ first: entry(first), next: entry(next) }));
  let count = 0;
  const answer = async () => {
    count += 1;
    return (await ask(rumbo, { prompt: `question ${count}`, useCache: false })).text;
  };
  for (let time = 0; time < 3; time += 1) assert.equal(await answer(), 'next');
  const before = first.chats.length;
  for (let time = 0; time < 20; time += 1) assert.equal(await answer(), 'next');
  assert.equal(first.chats.length, before, 'an open circuit is left alone');

  first.fail = undefined;
  const recoveredAt = performance.now();
  while ((await answer()) !== 'first' && performance.now() - recoveredAt < 30_000) await sleep(200);
  assert.equal(await answer(), 'first');
  const { providers } = await rumbo.connection.sendRequest(status);
  assert.deepEqual(
    providers.filter(({ name }) => name === 'first').map(({ circuit, state }) => [circuit, state]),
    [['closed', 'ready']],
  );
});

test('with every provider down the error names the time of the first return', async (t) => {
  const one = await fake(t, fakeOpenAi, { fail: { status: 500, body: {} } });
  const other = await fake(t, fakeOpenAi, {
    fail: { status: 429, headers: { 'retry-after': '1800' }, body: {} },
  });
  const rumbo = await server(t, onlyProviders({ one: entry(one), other: entry(other) }));
  for (let time = 0; time < 3; time += 1) await failure(ask(rumbo, { prompt: `question ${time}` }));
  const chats = one.chats.length + other.chats.length;
  const data = await failure(ask(rumbo, { prompt: 'once more' }));
  assert.match(data.message, /returns (?:at|on) /);
  assert.ok(data.action);
  assert.equal(one.chats.length + other.chats.length, chats, 'no request is sent');
});
