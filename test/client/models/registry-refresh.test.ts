/** Refresh Model Registry: the result, and the question that is shown once. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { runRegistryRefresh } from '../../../client/models/registry-refresh.ts';
import type { RegistryRefreshed } from '../../../shared/protocol.ts';
import { fakeEditor } from '../../support/vscode-stub.ts';
import { fakeServerProcess } from '../fake-server.ts';

const nothingNew: RegistryRefreshed = { requested: 6, readable: 6, changes: [], problems: [] };
let shownLogs = 0;

async function refresh(answer: () => Promise<RegistryRefreshed>): Promise<void> {
  const server = fakeServerProcess({ refreshRegistry: answer });
  const log = { show: () => (shownLogs += 1) };
  await runRegistryRefresh({ server, log } as never);
  await new Promise((resolve) => setImmediate(resolve));
}

beforeEach(() => {
  fakeEditor.reset();
  shownLogs = 0;
});

test('the question about a daily refresh is shown until it is answered, and its answer is saved', async () => {
  await refresh(async () => nothingNew);
  assert.deepEqual(fakeEditor.messages.at(-1), {
    kind: 'information',
    text: 'Model prices and limits are unchanged.',
    buttons: ['Refresh Every Day', 'Only When I Ask'],
  });
  assert.equal(fakeEditor.settings.get('rumbo.registry.refresh'), undefined);
  fakeEditor.buttonToPress = 'Refresh Every Day';
  await refresh(async () => nothingNew);
  assert.equal(fakeEditor.settings.get('rumbo.registry.refresh')?.globalValue, 'daily');
  await refresh(async () => nothingNew);
  assert.deepEqual(fakeEditor.messages.at(-1)?.buttons, []);
});

test('after “Only When I Ask” the question is not shown again', async () => {
  fakeEditor.buttonToPress = 'Only When I Ask';
  await refresh(async () => nothingNew);
  assert.equal(fakeEditor.settings.get('rumbo.registry.refresh')?.globalValue, 'off');
  await refresh(async () => nothingNew);
  assert.deepEqual(fakeEditor.messages.at(-1)?.buttons, []);
});

test('changes are shown, with the log for the rest', async () => {
  fakeEditor.buttonToPress = 'Show Log';
  await refresh(async () => ({
    requested: 6,
    readable: 5,
    changes: ['a costs $1 now.'],
    problems: ['b is not believed.'],
  }));
  assert.equal(fakeEditor.messages.at(-1)?.text, 'a costs $1 now. 5 of 6 sources could be read.');
  assert.equal(shownLogs, 1);
  await refresh(async () => ({ ...nothingNew, changes: ['a.', 'b.', 'c.'] }));
  assert.match(fakeEditor.messages.at(-1)?.text ?? '', /3 changes .* the log lists them\.$/);
});

test('a refresh that read nothing is a warning with the first reason', async () => {
  await refresh(async () => ({
    requested: 1,
    readable: 0,
    changes: [],
    problems: ['models.dev responded with status 500; its previous figures apply.'],
  }));
  const { kind, text } = fakeEditor.messages.at(-1) ?? {};
  assert.equal(kind, 'warning');
  assert.equal(
    text,
    'No model data could be read; the stored data stays in use. models.dev responded with status 500; its previous figures apply.',
  );
});

test('a failure is shown as an error, a cancelled refresh is not shown', async () => {
  await refresh(() => Promise.reject({ data: { kind: 'cancelled', message: 'The request was cancelled.' } }));
  assert.deepEqual(fakeEditor.messages, []);
  await refresh(() => Promise.reject({ code: -32097 }));
  assert.equal(fakeEditor.messages.length, 1);
});
