import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection, InitializeParams } from 'vscode-languageserver/node';
import { followClient } from '../../../server/settings/settings-source.ts';
import type { Settings } from '../../../shared/settings.ts';

/** A client that sends settings unasked, or is pulling for them. */
function client({ pulls = false, settings }: { pulls?: boolean; settings?: unknown }) {
  let listener: (change: { settings: unknown }) => void = () => assert.fail();
  const taken: Settings[] = [];
  const problems: string[] = [];
  const rejections: string[] = [];
  let section: unknown = settings;
  let pullCount = 0;
  const connection = {
    onDidChangeConfiguration: (added: typeof listener) => {
      listener = added;
    },
    workspace: {
      getConfiguration: () => {
        pullCount += 1;
        return Promise.resolve(section);
      },
    },
    console: { warn: () => undefined },
  };
  const params = {
    capabilities: { workspace: { configuration: pulls } },
    initializationOptions: pulls ? {} : { settings },
  };
  const subscription = followClient({
    connection: connection as unknown as Connection,
    params: params as unknown as InitializeParams,
    take(read) {
      taken.push(read.settings);
      problems.splice(0, problems.length, ...read.problems.map(({ message }) => message));
    },
    reject: (reason) => void rejections.push(reason),
  });
  return {
    subscription,
    rejections,
    problems,
    changes: () => taken.length,
    pulls: () => pullCount,
    last: () => taken.at(-1),
    push: (message: unknown) => listener({ settings: message }),
    answer(value: unknown) {
      section = value;
      listener({ settings: null });
    },
  };
}
const restricted = {
  'rumbo.budget.perDayUsd': 2,
  'rumbo.models': { 'a/b': { locked: true } },
  'rumbo.privacy.localOnly': ['**/secrets/**'],
  'rumbo.roles': { planner: { allow: ['a/*'] } },
};

test('no message of a client that sends settings unasked resets what it does not name', async () => {
  const { subscription, push, last, rejections } = client({ settings: restricted });
  await subscription.first;
  const before = last();
  for (const message of [
    undefined,
    null,
    {},
    [],
    'x',
    7,
    { rumbo: {} },
    { rumbo: null },
    { rumbo: 'x' },
    { editor: { tabSize: 2 } },
    { 'rumbo.cache.enabled': true },
    { rumbo: { cache: { enabled: true } } },
  ]) {
    push(message);
    await subscription.pendingChanges();
    assert.deepEqual(last(), before, JSON.stringify(message));
  }
  assert.equal(rejections.length, 4);
  push({ rumbo: { budget: { perDayUsd: null } } });
  await subscription.pendingChanges();
  assert.equal(last()?.['budget.perDayUsd'], null);
  assert.deepEqual(last()?.models, restricted['rumbo.models']);
});
test('a broken value stays reported and careful until a message corrects it', async () => {
  const { subscription, push, last, problems } = client({ settings: { 'rumbo.budget.perDayUSD': 2 } });
  await subscription.first;
  push({ 'rumbo.cache.enabled': false });
  await subscription.pendingChanges();
  assert.equal(last()?.['budget.perDayUsd'], 0);
  assert.match(problems.join(), /Did you mean rumbo\.budget\.perDayUsd\?/);
  push({ 'rumbo.budget.perDayUsd': 2 });
  await subscription.pendingChanges();
  assert.deepEqual([last()?.['budget.perDayUsd'], problems], [2, []]);
});
test('of ten thousand messages few are applied, and a request sees the last', async () => {
  const { subscription, push, last, changes } = client({ settings: restricted });
  await subscription.first;
  for (let count = 1; count <= 10_000; count += 1) push({ 'rumbo.budget.perDayUsd': count });
  await subscription.pendingChanges();
  assert.equal(last()?.['budget.perDayUsd'], 10_000);
  assert.ok(changes() <= 10, `${changes()} applied`);
});
test('ten thousand announced changes are few requests, and the last answer applies', async () => {
  const pulling = client({ pulls: true, settings: { 'budget.perDayUsd': 0 } });
  await pulling.subscription.first;
  for (let count = 1; count <= 10_000; count += 1) pulling.answer({ 'budget.perDayUsd': count });
  await pulling.subscription.pendingChanges();
  assert.equal(pulling.last()?.['budget.perDayUsd'], 10_000);
  assert.ok(pulling.pulls() <= 4, `${pulling.pulls()} requests`);
});
test('an answer that is no section changes nothing, and an emptied section removes the user’s settings', async () => {
  const pulling = client({ pulls: true, settings: { 'budget.perDayUsd': 2 } });
  await pulling.subscription.first;
  for (const garbage of [null, undefined, [], 'x', 5]) {
    pulling.answer(garbage);
    await pulling.subscription.pendingChanges();
    assert.equal(pulling.last()?.['budget.perDayUsd'], 2);
  }
  pulling.answer({});
  await pulling.subscription.pendingChanges();
  assert.equal(pulling.last()?.['budget.perDayUsd'], null);
});
