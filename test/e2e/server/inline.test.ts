/** Ghost text through the bundled server, over plain LSP. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import {
  CancellationTokenSource,
  type InlineCompletionItem,
  InlineCompletionTriggerKind,
  LogMessageNotification,
} from 'vscode-languageserver-protocol/node';
import type { TerminalServer } from '../../../scripts/terminal/server.ts';
import { inlineAccepted } from '../../../shared/inline.ts';
import {
  inlineCandidates,
  inlineEvent,
  inlineSymbols,
  metrics,
  pauseInline,
  status,
} from '../../../shared/protocol.ts';
import type { FakeProvider } from '../../support/fake-providers/fake-provider.ts';
import { fakeLlamaCpp } from '../../support/fake-providers/llama-cpp.ts';
import { fakeOllama } from '../../support/fake-providers/ollama.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { withoutDiscovery, withoutLocalEngines } from '../../support/without-local-engines.ts';
import { entry, fake, type Settings, server, until } from './support.ts';

const on = { 'rumbo.inline.enabled': true, 'rumbo.inline.debounceMs': 0 };

/** A document in an editor that supports LSP and nothing of Rumbo. */
async function open(
  { connection }: TerminalServer,
  text: string,
  { uri = 'file:///shop/src/cart.ts', languageId = 'typescript' } = {},
) {
  let version = 1;
  let now = text.replace('▮', '');
  let cursor = text.indexOf('▮');
  const positionAt = (offset: number) => {
    const lines = now.slice(0, offset).split('\n');
    return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  };
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId, version, text: now },
  });
  return {
    uri,
    get text() {
      return now;
    },
    async replace(start: number, end: number, inserted: string): Promise<void> {
      const range = { start: positionAt(start), end: positionAt(end) };
      now = now.slice(0, start) + inserted + now.slice(end);
      cursor = start + inserted.length;
      version += 1;
      await connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ range, text: inserted }],
      });
    },
    type(typed: string): Promise<void> {
      return this.replace(cursor, cursor, typed);
    },
    async suggest(
      triggerKind: InlineCompletionTriggerKind = InlineCompletionTriggerKind.Automatic,
      token = new CancellationTokenSource().token,
    ): Promise<readonly InlineCompletionItem[]> {
      const answer = await connection.sendRequest<{ items: InlineCompletionItem[] } | null>(
        'textDocument/inlineCompletion',
        { textDocument: { uri }, position: positionAt(cursor), context: { triggerKind } },
        token,
      );
      return answer?.items ?? [];
    },
    /** Inserts an item, as an editor does. */
    async accept({ insertText, range }: InlineCompletionItem): Promise<void> {
      assert.ok(range);
      const line =
        now.split('\n').slice(0, range.start.line).join('\n').length + (range.start.line > 0 ? 1 : 0);
      await this.replace(line + range.start.character, line + range.end.character, String(insertText));
    },
  };
}

/** Resolves once these providers have listed their models. */
const isReady =
  (...names: string[]) =>
  (rumbo: TerminalServer): Promise<void> =>
    until(rumbo, ({ providers }) =>
      names.every((name) => providers.some((each) => each.name === name && each.state === 'ready')),
    );

async function withLlama(
  t: TestContext,
  {
    reply = 'price * amount;',
    more = {},
    storagePath,
  }: { reply?: string; more?: Settings; storagePath?: string } = {},
) {
  const llama = await fake(t, fakeLlamaCpp, { reply });
  const rumbo = await server(
    t,
    { ...on, 'rumbo.providers': { lab: { kind: 'llama-cpp', baseUrl: llama.baseUrl } }, ...more },
    storagePath === undefined ? {} : { initializationOptions: { storagePath } },
  );
  await isReady('lab')(rumbo);
  return { llama, rumbo };
}

const configure = ({ connection }: TerminalServer, settings: Settings): Promise<void> =>
  connection.sendNotification('workspace/didChangeConfiguration', {
    settings: {
      ...withoutDiscovery,
      ...settings,
      'rumbo.providers': { ...withoutLocalEngines, ...(settings['rumbo.providers'] as Settings) },
    },
  });

const inserted = (items: readonly InlineCompletionItem[]) => items.map(({ insertText }) => insertText);
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const code = 'const total = ▮\nconst next = 1;\n';

test('the server offers inline completion and incremental document sync', async (t) => {
  const { rumbo } = await withLlama(t);
  const document = await open(rumbo, code);
  const items = await document.suggest();
  assert.deepEqual(inserted(items), ['price * amount;']);
  assert.deepEqual(items[0]?.range, {
    start: { line: 0, character: 14 },
    end: { line: 0, character: 14 },
  });
  assert.equal(items[0]?.command?.command, inlineAccepted);
});

test('llama.cpp gets an infill request with the text around the cursor and snippets of other files', async (t) => {
  const { llama, rumbo } = await withLlama(t);
  await open(rumbo, 'export const price = 3;\nexport const amountOf = (cart: string) => cart.length;▮\n', {
    uri: 'file:///shop/src/price.ts',
  });
  const document = await open(rumbo, `import { price, amountOf } from './price';\n${code}`);
  await document.suggest();
  assert.equal(llama.chats.length, 1);
  const [{ path, body = {} } = { path: '' }] = llama.chats;
  assert.equal(path, '/infill');
  assert.equal(body['input_prefix'], "import { price, amountOf } from './price';\nconst total = ");
  assert.equal(body['input_suffix'], '\nconst next = 1;\n');
  assert.match(JSON.stringify(body['input_extra']), /export const price/);
});

test('Ollama gets a generate request with the text before and after the cursor', async (t) => {
  const ollama = await fake(t, fakeOllama, { models: ['qwen2.5-coder:1.5b'], reply: 'price * amount;' });
  const rumbo = await server(t, {
    ...on,
    'rumbo.providers': { lab: { kind: 'ollama', baseUrl: ollama.baseUrl } },
  });
  await isReady('lab')(rumbo);
  const document = await open(rumbo, code);
  assert.deepEqual(inserted(await document.suggest()), ['price * amount;']);
  assert.equal(ollama.chats[0]?.path, '/api/generate');
  // As a suffix, or by the model family's template where Ollama reports no insert capability.
  const { prompt, suffix } = ollama.chats[0]?.body ?? {};
  assert.match(`${prompt}${suffix}`, /const total = .*const next = 1;/s);
});

test('a server that only chats gets a chat request, and its fences are not shown', async (t) => {
  const chat = await fake(t, fakeOpenAi, { reply: 'Here is the code:\n```ts\nprice * amount;\n```\n' });
  const rumbo = await server(t, { ...on, 'rumbo.providers': { lab: entry(chat) } });
  await isReady('lab')(rumbo);
  const document = await open(rumbo, code);
  assert.deepEqual(inserted(await document.suggest()), ['price * amount;']);
  assert.match(chat.chats[0]?.path ?? '', /chat\/completions/);
});

test('while it is switched off no request is sent', async (t) => {
  const { llama, rumbo } = await withLlama(t, { more: { 'rumbo.inline.enabled': false } });
  const document = await open(rumbo, code);
  assert.deepEqual(await document.suggest(), []);
  assert.deepEqual(await document.suggest(InlineCompletionTriggerKind.Invoked), []);
  const { inline } = await rumbo.connection.sendRequest(status);
  assert.equal(inline?.state, 'off');
  assert.equal(llama.chats.length, 0);
});

test('a cloud model is used only when it is named', async (t) => {
  const cloud = await fake(t, fakeOpenAi, { models: ['one', 'two'], reply: 'price;' });
  const settings = (...models: string[]) => ({
    ...on,
    'rumbo.inline.models': models,
    'rumbo.providers': { cloud: entry(cloud, { source: 'api', models: ['one', 'two'] }) },
  });
  const rumbo = await server(t, settings());
  const document = await open(rumbo, code);
  assert.deepEqual(await document.suggest(), []);
  assert.deepEqual(await document.suggest(InlineCompletionTriggerKind.Invoked), []);
  assert.equal(cloud.requests.length, 0);
  const candidates = await rumbo.connection.sendRequest(inlineCandidates);
  assert.ok(candidates.every(({ allowed }) => !allowed));
  assert.match(candidates.find(({ model }) => model === 'cloud/two')?.reason ?? '', /does not name it/);
  const { inline } = await rumbo.connection.sendRequest(status);
  assert.equal(inline?.state, 'no-model');
  assert.match(inline?.reason ?? '', /rumbo\.inline\.models/);

  await configure(rumbo, settings('cloud/two'));
  assert.deepEqual(inserted(await document.suggest()), ['price;']);
  assert.ok(cloud.chats.length > 0 && cloud.chats.every(({ body }) => body?.['model'] === 'two'));
});

test('no cloud model gets a local-only file, neither as the document nor as context', async (t) => {
  const cloud = await fake(t, fakeOpenAi, { models: ['one'], reply: 'price;' });
  const rumbo = await server(t, {
    ...on,
    'rumbo.inline.models': ['cloud/one'],
    'rumbo.privacy.localOnly': ['**/internal/**'],
    'rumbo.providers': { cloud: entry(cloud, { source: 'api', models: ['one'] }) },
  });
  const secret = await open(rumbo, 'export const canary = 4711;\nconst total = canary▮;\n', {
    uri: 'file:///shop/internal/price.ts',
  });
  assert.deepEqual(await secret.suggest(InlineCompletionTriggerKind.Invoked), []);
  assert.equal(cloud.chats.length, 0);
  const document = await open(rumbo, `import { canary } from '../internal/price';\n${code}`);
  assert.deepEqual(inserted(await document.suggest()), ['price;']);
  assert.doesNotMatch(JSON.stringify(cloud.chats), /4711/);
});

test('key files, excluded files and files of switched-off languages are never read', async (t) => {
  const { llama, rumbo } = await withLlama(t, {
    more: {
      'rumbo.inline.exclude': ['**/generated/**'],
      'rumbo.inline.languages': { '*': true, markdown: false },
      'rumbo.inline.maxFileKB': 1,
    },
  });
  const never = [
    { uri: 'file:///shop/.env', languageId: 'dotenv', why: /keys/ },
    { uri: 'file:///shop/id_rsa', languageId: 'plaintext', why: /keys/ },
    { uri: 'file:///shop/src/generated/api.ts', languageId: 'typescript', why: /inline\.exclude/ },
    { uri: 'file:///shop/README.md', languageId: 'markdown', why: /inline\.languages/ },
    { uri: 'output:rumbo', languageId: 'log', why: /read-only/ },
  ];
  for (const each of never) {
    const document = await open(rumbo, 'export const canary = 4711;\nconst total = canary▮\n', each);
    assert.deepEqual(await document.suggest(InlineCompletionTriggerKind.Invoked), [], each.uri);
    const { inline } = await rumbo.connection.sendRequest(status);
    assert.match(inline?.reason ?? '', each.why);
  }
  const large = await open(rumbo, `const canary = 4711;\nconst total = ▮\n${'// large\n'.repeat(200)}`, {
    uri: 'file:///shop/src/large.ts',
  });
  assert.deepEqual(await large.suggest(InlineCompletionTriggerKind.Invoked), []);
  assert.equal(llama.chats.length, 0);
  const document = await open(rumbo, `import { canary } from './generated/api';\n${code}`);
  assert.deepEqual(inserted(await document.suggest()), ['price * amount;']);
  assert.doesNotMatch(JSON.stringify(llama.chats), /4711/);
  assert.equal((await rumbo.connection.sendRequest(status)).inline?.reason, undefined);
});

/** Resolves once the fake has this many requests. */
async function untilRequested(fake: FakeProvider, times = 1): Promise<void> {
  for (const deadline = Date.now() + 5_000; fake.chats.length < times; ) {
    if (Date.now() > deadline) throw new Error('No request arrived.');
    await soon(5);
  }
}

test('switching it off aborts and sends nothing more; switching it on resumes', async (t) => {
  const { llama, rumbo } = await withLlama(t);
  const providers = { 'rumbo.providers': { lab: { kind: 'llama-cpp', baseUrl: llama.baseUrl } } };
  llama.fault = { kind: 'hang' };
  const document = await open(rumbo, code);
  const waiting = document.suggest();
  await untilRequested(llama);
  await configure(rumbo, { ...on, ...providers, 'rumbo.inline.enabled': false });
  assert.deepEqual(await waiting, []);
  await soon(100);
  assert.equal(llama.chats[0]?.aborted, true);
  await document.type('p');
  assert.deepEqual(await document.suggest(), []);
  assert.equal(llama.chats.length, 1);
  llama.fault = undefined;
  await configure(rumbo, { ...on, ...providers });
  await document.type('r');
  llama.reply = 'ice;';
  assert.deepEqual(inserted(await document.suggest()), ['ice;']);
});

test('a pause aborts requests in flight, and lasts until it is ended', async (t) => {
  const { llama, rumbo } = await withLlama(t);
  llama.fault = { kind: 'hang' };
  const document = await open(rumbo, code);
  const waiting = document.suggest();
  await untilRequested(llama);
  const paused = await rumbo.connection.sendRequest(pauseInline, { paused: true });
  assert.equal(paused.state, 'paused');
  assert.deepEqual(await waiting, []);
  await document.type('p');
  assert.deepEqual(await document.suggest(InlineCompletionTriggerKind.Invoked), []);
  assert.equal(llama.chats.length, 1);
  llama.fault = undefined;
  const going = await rumbo.connection.sendRequest(pauseInline, { paused: false });
  assert.deepEqual([going.state, going.models], ['on', ['lab/tiny-chat']]);
  llama.reply = 'rice;';
  assert.deepEqual(inserted(await document.suggest()), ['rice;']);
});

/** Milliseconds from the cause to the closed socket, measured at the service. */
const limitMs = 50;
/** The median of this many tries counts: the machine may be busy. */
const tries = 3;

const endings: Readonly<
  Record<
    string,
    (rumbo: TerminalServer, document: Awaited<ReturnType<typeof open>>, settings: Settings) => unknown
  >
> = {
  'the user types something else': async (_, document) => {
    await document.replace(0, 5, 'let');
    void document.suggest();
  },
  'the document is closed': ({ connection }, { uri }) =>
    connection.sendNotification('textDocument/didClose', { textDocument: { uri } }),
  'it is paused': ({ connection }) => connection.sendRequest(pauseInline, { paused: true }),
  'it is switched off': (rumbo, _, settings) =>
    configure(rumbo, { ...settings, 'rumbo.inline.enabled': false }),
  'the file becomes excluded': (rumbo, _, settings) =>
    configure(rumbo, { ...settings, 'rumbo.inline.exclude': ['**/src/**'] }),
};
for (const [what, end] of Object.entries(endings)) {
  test(`when ${what} the socket is closed at once`, async (t) => {
    const { llama, rumbo } = await withLlama(t);
    const settings = { ...on, 'rumbo.providers': { lab: { kind: 'llama-cpp', baseUrl: llama.baseUrl } } };
    llama.fault = { kind: 'hang' };
    const took: number[] = [];
    for (let count = 0; count < tries; count += 1) {
      const before = llama.chats.length;
      const document = await open(rumbo, code, { uri: `file:///shop/src/cart${count}.ts` });
      void document.suggest();
      await untilRequested(llama, before + 1);
      const endedAt = performance.now();
      await end(rumbo, document, settings);
      const chat = llama.chats[before];
      for (let left = 100; left > 0 && !chat?.aborted; left -= 1) await soon(5);
      took.push((chat?.abortedAt ?? Number.POSITIVE_INFINITY) - endedAt);
      await rumbo.connection.sendRequest(pauseInline, { paused: false });
      await configure(rumbo, { ...settings, 'rumbo.inline.exclude': [] });
      await until(rumbo, ({ inline }) => inline?.state === 'on');
    }
    const [, middle = Number.NaN] = took.toSorted((one, other) => one - other);
    assert.ok(middle <= limitMs, `${took.map(Math.round).join(', ')} ms`);
  });
}

test('a request that the editor cancels is aborted at the model', async (t) => {
  const { llama, rumbo } = await withLlama(t);
  llama.fault = { kind: 'hang' };
  const document = await open(rumbo, code);
  const cancel = new CancellationTokenSource();
  const waiting = document.suggest(InlineCompletionTriggerKind.Automatic, cancel.token);
  await untilRequested(llama);
  cancel.cancel();
  assert.deepEqual(await waiting.catch(() => []), []);
  for (let left = 100; left > 0 && llama.chats[0]?.aborted !== true; left -= 1) await soon(5);
  assert.equal(llama.chats[0]?.aborted, true);
});

test('typing along a suggestion sends no further request', async (t) => {
  const { llama, rumbo } = await withLlama(t);
  const document = await open(rumbo, code);
  await document.suggest();
  for (const letter of 'price') {
    await document.type(letter);
    assert.equal((await document.suggest()).length, 1);
  }
  assert.deepEqual(inserted(await document.suggest()), [' * amount;']);
  assert.equal(llama.chats.length, 1);
});

test('invoking it again offers another suggestion too', async (t) => {
  const { llama, rumbo } = await withLlama(t);
  const document = await open(rumbo, code);
  await document.suggest();
  llama.reply = 'sum(cart);';
  const items = inserted(await document.suggest(InlineCompletionTriggerKind.Invoked));
  assert.deepEqual(items.toSorted(), ['price * amount;', 'sum(cart);']);
  assert.deepEqual(
    llama.chats.map(({ body }) => Number(body?.['temperature']) > 0),
    [false, true],
  );
});

test('a late model is hedged by another, and aborted with the other one’s first text', async (t) => {
  const slow = await fake(t, fakeLlamaCpp, { models: ['slow-coder'], reply: 'slow;' });
  const quick = await fake(t, fakeOllama, { models: ['quick-chat'], reply: 'quick;' });
  slow.fault = { kind: 'hang' };
  const rumbo = await server(t, {
    ...on,
    'rumbo.providers': {
      a: { kind: 'llama-cpp', baseUrl: slow.baseUrl },
      b: { kind: 'ollama', baseUrl: quick.baseUrl },
    },
  });
  await isReady('a', 'b')(rumbo);
  const document = await open(rumbo, code);
  assert.deepEqual(inserted(await document.suggest()), ['quick;']);
  await soon(50);
  assert.equal(slow.chats.length, 1);
  assert.equal(slow.chats[0]?.aborted, true);
});

test('after a model fails before its first text, the next one is requested', async (t) => {
  const broken = await fake(t, fakeLlamaCpp, { models: ['a-coder'], fail: { status: 500, body: 'no' } });
  const sound = await fake(t, fakeOllama, { models: ['b-chat'], reply: 'sound;' });
  const rumbo = await server(t, {
    ...on,
    'rumbo.providers': {
      a: { kind: 'llama-cpp', baseUrl: broken.baseUrl },
      b: { kind: 'ollama', baseUrl: sound.baseUrl },
    },
  });
  await isReady('a', 'b')(rumbo);
  const document = await open(rumbo, code);
  assert.deepEqual(inserted(await document.suggest()), ['sound;']);
  assert.ok(broken.chats.length > 0);
});

test('a model that rejects the prompt as too long is not requested at every key', async (t) => {
  const { llama, rumbo } = await withLlama(t);
  llama.fail = { status: 413, body: { error: { message: 'no' } } };
  const document = await open(rumbo, code);
  for (const letter of 'price') {
    await document.type(letter);
    assert.deepEqual(await document.suggest(), []);
  }
  assert.equal(llama.chats.length, 1);
  const { inline } = await rumbo.connection.sendRequest(status);
  assert.match(inline?.reason ?? '', /lab\/tiny-chat: Prompt exceeds its context/);
});

test('shown and accepted items are counted once, whether reported by the client or seen in the text', async (t) => {
  const { rumbo } = await withLlama(t);
  const document = await open(rumbo, code);
  const [item] = await document.suggest();
  assert.ok(item);
  await document.accept(item);
  await rumbo.connection.sendNotification(inlineEvent, {
    id: String(item.command?.arguments?.[0]),
    type: 'accepted',
  });
  await until(rumbo, ({ inline }) => inline?.today.accepted === 1);
  const { inline, today } = await rumbo.connection.sendRequest(status);
  assert.deepEqual(inline?.today, { offered: 1, accepted: 1, costUsd: 0 });
  assert.deepEqual(today.requests, 0, 'ghost text is not counted as a request');
  const { counters } = await rumbo.connection.sendRequest(metrics);
  assert.equal(counters['rumbo_inline_accepted_total{provider="lab"}'], 1);
});

test('a paid model is used within the budgets, and its cost counts for the day', async (t) => {
  const cloud = await fake(t, fakeOpenAi, {
    models: ['one'],
    reply: { text: 'price;', usage: { input: 1_000, output: 100 } },
  });
  const settings = (perDayUsd: number) => ({
    ...on,
    'rumbo.inline.models': ['cloud/*'],
    'rumbo.models': { 'cloud/one': { price: { input: 10, output: 100 } } },
    'rumbo.budget.perDayUsd': perDayUsd,
    'rumbo.providers': { cloud: entry(cloud, { source: 'api', models: ['one'] }) },
  });
  const rumbo = await server(t, settings(5));
  const document = await open(rumbo, code);
  assert.deepEqual(inserted(await document.suggest()), ['price;']);
  await until(rumbo, ({ today }) => today.costUsd > 0);
  const { inline, today, budgets } = await rumbo.connection.sendRequest(status);
  assert.equal(inline?.today.costUsd, today.costUsd);
  assert.equal(budgets[0]?.spentUsd, today.costUsd);
  assert.equal(budgets[0]?.reservedUsd, 0);
  const count = cloud.chats.length;

  await configure(rumbo, settings(0.0001));
  await document.replace(0, 5, 'let');
  assert.deepEqual(await document.suggest(InlineCompletionTriggerKind.Invoked), []);
  assert.equal(cloud.chats.length, count);
  const now = await rumbo.connection.sendRequest(status);
  assert.match(now.inline?.reason ?? '', /cloud\/one: It could cost/);
});

test('no paid model gets a speculative request, not even after the free one fails', async (t) => {
  const cloud = await fake(t, fakeOpenAi, { models: ['one'], reply: 'paid;' });
  const { llama, rumbo } = await withLlama(t, {
    more: { 'rumbo.inline.models': ['lab/*', 'cloud/*'] },
  });
  const providers = {
    lab: { kind: 'llama-cpp', baseUrl: llama.baseUrl },
    cloud: entry(cloud, { source: 'api', models: ['one'] }),
  };
  await configure(rumbo, {
    ...on,
    'rumbo.inline.models': ['lab/*', 'cloud/*'],
    'rumbo.models': { 'cloud/one': { price: { input: 1, output: 10 } } },
    'rumbo.providers': providers,
  });
  await isReady('lab')(rumbo);
  // Slow enough for a speculative request.
  llama.headDelayMs = 350;
  llama.fault = {
    kind: 'custom',
    behavior: (exchange) => (exchange.index < 2 ? exchange.sendAnswer() : exchange.refuse({ status: 500 })),
  };
  const document = await open(rumbo, code);
  const [first] = await document.suggest();
  assert.ok(first);
  await document.accept(first);
  llama.reply = '\nconst more = 2;';
  assert.equal((await document.suggest()).length, 1);
  await untilRequested(llama, 3);
  for (let left = 200; left > 0 && !llama.chats[2]?.finished; left -= 1) await soon(5);
  await soon(100);
  assert.equal(cloud.chats.length, 0);
});

test('windows that share a folder share the cost of ghost text', async (t) => {
  const cloud = await fake(t, fakeOpenAi, {
    models: ['one'],
    reply: { text: 'price;', usage: { input: 1_000, output: 100 } },
  });
  const settings = {
    ...on,
    'rumbo.inline.models': ['cloud/one'],
    'rumbo.models': { 'cloud/one': { price: { input: 10, output: 100 } } },
    'rumbo.providers': { cloud: entry(cloud, { source: 'api', models: ['one'] }) },
  };
  const storagePath = mkdtempSync(join(tmpdir(), 'rumbo-store-'));
  const [first, second] = [
    await server(t, settings, { initializationOptions: { storagePath } }),
    await server(t, settings, { initializationOptions: { storagePath } }),
  ];
  const document = await open(first, code);
  await document.suggest();
  await until(first, ({ today }) => today.costUsd > 0);
  const { today } = await first.connection.sendRequest(status);
  await until(second, (now) => now.today.costUsd === today.costUsd && now.inline?.today.offered === 1);
});

test('a request in flight at shutdown is in the ledger', async (t) => {
  const storagePath = mkdtempSync(join(tmpdir(), 'rumbo-store-'));
  const { llama, rumbo } = await withLlama(t, { storagePath });
  llama.fault = { kind: 'hang' };
  const document = await open(rumbo, code);
  document.suggest().catch(() => {});
  await untilRequested(llama);
  await rumbo.close();
  const ledger = new DatabaseSync(join(storagePath, 'ledger.sqlite'), { readOnly: true });
  t.after(() => ledger.close());
  assert.deepEqual(
    { ...ledger.prepare('select model, requests, cancelled, cost_usd from inline').get() },
    { model: 'lab/tiny-chat', requests: 1, cancelled: 1, cost_usd: 0 },
  );
});

test('the log and the files contain nothing of the text', async (t) => {
  const storagePath = mkdtempSync(join(tmpdir(), 'rumbo-store-'));
  const { llama, rumbo } = await withLlama(t, { reply: 'canary4712;', storagePath });
  const log: string[] = [];
  rumbo.connection.onNotification(LogMessageNotification.type, ({ message }) => void log.push(message));
  const document = await open(rumbo, 'const canary4711 = ▮\n');
  assert.deepEqual(inserted(await document.suggest()), ['canary4712;']);
  llama.fail = { status: 500, body: { error: { message: 'canary4711 is no good' } } };
  await document.replace(0, 5, 'let');
  await document.suggest();
  await soon(100);
  assert.match(log.join('\n'), /Ghost text: lab\/tiny-chat, \d+ ms, \d+ tokens in, \d+ out/);
  assert.doesNotMatch(log.join('\n'), /canary471|cart\.ts/);
  for (const name of readdirSync(storagePath))
    assert.doesNotMatch(readFileSync(join(storagePath, name), 'latin1'), /canary471|cart\.ts/, name);
});

test('a suggestion begins with the entry selected in the suggest widget', async (t) => {
  const { llama, rumbo } = await withLlama(t, { reply: 'ToString();' });
  const { connection } = rumbo;
  const document = await open(rumbo, 'price.▮\n');
  const answer = await connection.sendRequest<{ items: InlineCompletionItem[] } | null>(
    'textDocument/inlineCompletion',
    {
      textDocument: { uri: document.uri },
      position: { line: 0, character: 6 },
      context: {
        triggerKind: InlineCompletionTriggerKind.Automatic,
        selectedCompletionInfo: {
          range: { start: { line: 0, character: 6 }, end: { line: 0, character: 6 } },
          text: 'toLocale',
        },
      },
    },
  );
  assert.equal(llama.chats[0]?.body?.['input_prefix'], 'price.toLocale');
  assert.deepEqual(inserted(answer?.items ?? []), ['toLocaleToString();']);
});

/** A server whose client announces that it provides symbols, or does not. */
async function withSymbols(t: TestContext, announced: boolean) {
  const llama = await fake(t, fakeLlamaCpp, { reply: 'price;' });
  const rumbo = await server(
    t,
    { ...on, 'rumbo.providers': { lab: { kind: 'llama-cpp', baseUrl: llama.baseUrl } } },
    announced ? { initializationOptions: { inlineSymbols: true } } : {},
  );
  const requests: unknown[] = [];
  rumbo.connection.onRequest(inlineSymbols, (params) => {
    requests.push(params);
    return [
      { name: 'Cart', uri: 'file:///shop/src/types.ts', text: 'type Cart = { price: number };' },
      { name: 'key', uri: 'file:///shop/.env', text: 'canary=4711' },
    ];
  });
  await isReady('lab')(rumbo);
  const document = await open(rumbo, code);
  const extra = () => JSON.stringify(llama.chats.at(-1)?.body?.['input_extra'] ?? []);
  await document.suggest();
  // On a busy machine the symbols may arrive too late for a request.
  for (let tries = 20; announced && tries > 0 && extra() === '[]'; tries -= 1) {
    await document.replace(0, 0, ' ');
    await document.suggest();
  }
  return { requests, extra: extra() };
}

test('a client that provides symbols gets a request, and its symbols of key files are dropped', async (t) => {
  const { requests, extra } = await withSymbols(t, true);
  assert.deepEqual(requests[0], {
    uri: 'file:///shop/src/cart.ts',
    position: { line: 0, character: 14 },
    version: 1,
  });
  assert.match(extra, /type Cart = /);
  assert.doesNotMatch(extra, /4711/);
});

test('a client that has not announced symbols gets no request', async (t) => {
  assert.deepEqual((await withSymbols(t, false)).requests, []);
});

test('usable models are listed with their price, the others with a reason', async (t) => {
  const cloud = await fake(t, fakeOpenAi, { models: ['one'] });
  const { llama, rumbo } = await withLlama(t);
  await configure(rumbo, {
    ...on,
    'rumbo.inline.models': ['lab/*', 'cloud/absent'],
    'rumbo.models': { 'cloud/one': { price: { input: 1, output: 10 } } },
    'rumbo.providers': {
      lab: { kind: 'llama-cpp', baseUrl: llama.baseUrl },
      cloud: entry(cloud, { source: 'api', models: ['one'] }),
    },
  });
  await (await open(rumbo, code)).suggest();
  await soon(50);
  const candidates = await rumbo.connection.sendRequest(inlineCandidates);
  const of = (id: string) => candidates.find(({ model }) => model === id);
  const lab = of('lab/tiny-chat');
  assert.equal(candidates[0], lab);
  assert.deepEqual([lab?.allowed, lab?.usable, lab?.mode, lab?.usdPerThousand], [true, true, 'fill', 0]);
  assert.ok((lab?.usualMs ?? 0) > 0);
  const one = of('cloud/one');
  assert.deepEqual([one?.allowed, one?.usable, one?.mode, one?.usualMs], [false, true, 'chat', null]);
  assert.ok((one?.usdPerThousand ?? 0) > 1 && (one?.usdPerThousand ?? 0) < 10);
  assert.match(of('cloud/absent')?.reason ?? '', /No provider lists it/);
  assert.equal(cloud.chats.length, 0);
});
