/** Settings, limits, keys and links that change during a request apply to its next attempt. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { TerminalServer } from '../../../scripts/terminal/server.ts';
import { explain } from '../../../shared/protocol.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { withoutDiscovery, withoutLocalEngines } from '../../support/without-local-engines.ts';
import { ask, bareEnv, entry, failure, fake, type Settings, server } from './support.ts';

/** Sends new settings as a client does. They are applied before anything that is sent after. */
const change = ({ connection }: TerminalServer, settings: Settings) =>
  connection.sendNotification('workspace/didChangeConfiguration', {
    settings: {
      ...withoutDiscovery,
      ...settings,
      'rumbo.providers': { ...withoutLocalEngines, ...(settings['rumbo.providers'] as Settings | undefined) },
    },
  });

const arrived = async (chats: () => number) => {
  while (chats() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
};

const inOrder = (...names: string[]): Settings => ({
  'rumbo.routing.strategy': 'priority',
  'rumbo.routing.priorityOrder': names,
});

test('an answer that began before its model was locked is not returned from the cache afterwards', async (t) => {
  const one = await fake(t, fakeOpenAi, { reply: 'slow words here', delayMs: 100 });
  const two = await fake(t, fakeOpenAi, { reply: 'from the other' });
  const settings = { 'rumbo.providers': { one: entry(one), two: entry(two) }, ...inOrder('one', 'two') };
  const rumbo = await server(t, settings);
  const first = ask(rumbo, { prompt: 'hi' });
  await arrived(() => one.chats.length);
  await change(rumbo, { ...settings, 'rumbo.models': { 'one/fake-model': { locked: true } } });
  assert.equal((await first).text, 'slow words here');
  const { receipt } = (await ask(rumbo, { prompt: 'hi' })).result;
  assert.deepEqual([receipt.model, receipt.cached], ['two/fake-model', false]);
});

test('with the cache off no answer is stored', async (t) => {
  const one = await fake(t, fakeOpenAi);
  const settings = { 'rumbo.providers': { one: entry(one) } };
  const rumbo = await server(t, { ...settings, 'rumbo.cache.enabled': false });
  await ask(rumbo, { prompt: 'hi' });
  await change(rumbo, settings);
  assert.equal((await ask(rumbo, { prompt: 'hi' })).result.receipt.cached, false);
});

test('a lock or a local-only rule that is set during an attempt applies to the fallback', async (t) => {
  const taken: Settings[] = [
    { 'rumbo.models': { 'cloud/fake-model': { locked: true } } },
    { 'rumbo.privacy.localOnly': ['**/plan.md'] },
  ];
  for (const more of taken) {
    const bad = await fake(t, fakeOpenAi, {
      fail: { status: 400, body: { error: { code: 'context_length_exceeded' } } },
      headDelayMs: 300,
    });
    const cloud = await fake(t, fakeOpenAi);
    const home = await fake(t, fakeOpenAi, { reply: 'at home' });
    const settings = {
      'rumbo.providers': {
        bad: entry(bad, { models: ['fake-model'] }),
        cloud: entry(cloud, { source: 'api', models: ['fake-model'] }),
        home: entry(home, { models: ['fake-model'] }),
      },
      ...inOrder('bad', 'cloud', 'home'),
    };
    const rumbo = await server(t, settings);
    const file = { uri: 'file:///home/ana/plan.md', languageId: 'markdown', text: 'x' };
    const answer = ask(rumbo, { prompt: 'hi', file });
    await arrived(() => bad.chats.length);
    await change(rumbo, { ...settings, ...more });
    const { parts, result } = await answer;
    assert.equal(result.receipt.model, 'home/fake-model');
    assert.equal(cloud.chats.length, 0);
    assert.deepEqual(parts[0]?.type, 'fallback');
  }
});

test('after a refused key no other model of the provider is tried; after a rate limit one more is', async (t) => {
  for (const status of [401, 429]) {
    const one = await fake(t, fakeOpenAi, {
      models: ['a', 'b', 'c'],
      fail: { status, headers: { 'retry-after': '600' }, body: {} },
    });
    const rumbo = await server(
      t,
      { 'rumbo.providers': { one: entry(one, { keyEnv: 'MINE' }) } },
      {
        env: bareEnv({ MINE: 'sk-some-key-000' }),
      },
    );
    const { kind, attempts } = await failure(ask(rumbo, { prompt: 'hi' }));
    assert.equal(kind, status === 401 ? 'unauthorized' : 'rate-limited');
    // A rate limit is often one model's own; a second one shows that it is the account's.
    const requestCount = status === 401 ? 1 : 2;
    assert.equal(one.chats.length, requestCount);
    assert.equal(attempts?.length, requestCount);
  }
});

test('a symbolic link to a local-only file is local-only', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-link-'));
  mkdirSync(join(folder, 'secrets'));
  writeFileSync(join(folder, 'secrets', 'plan.md'), 'x');
  symlinkSync(join(folder, 'secrets', 'plan.md'), join(folder, 'notes.md'));
  const cloud = await fake(t, fakeOpenAi);
  const rumbo = await server(t, {
    'rumbo.providers': { cloud: entry(cloud, { source: 'api', models: ['fake-model'] }) },
    'rumbo.privacy.localOnly': ['**/secrets/**'],
  });
  const file = { uri: pathToFileURL(join(folder, 'notes.md')).href, languageId: 'markdown', text: 'x' };
  const { excluded } = await rumbo.connection.sendRequest(explain, { prompt: 'hi', file });
  assert.ok(excluded.some(({ model, rule }) => model === 'cloud/fake-model' && rule === 'local-only'));
  await failure(ask(rumbo, { prompt: 'hi', file }));
  assert.equal(cloud.chats.length, 0);
});
