import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createModelsView } from '../../../client/views/models.ts';
import type { Status } from '../../../shared/status.ts';
import { fakeEditor } from '../../support/vscode-stub.ts';
import { fakeServerProcess } from '../fake-server.ts';
import { sampleModel, sampleProvider, sampleStatus } from '../samples.ts';
import { drawTree, treeLines, treeOf } from './drawn-tree.ts';

const view = 'rumbo.models';
let now: Status;

beforeEach(() => {
  fakeEditor.reset();
  const large = sampleModel({ id: 'lab/large', name: 'large', toggle: false });
  const locked = sampleModel({ id: 'lab/locked', name: 'locked', locked: true });
  now = sampleStatus({
    providers: [
      sampleProvider({
        models: [sampleModel(), large, locked],
        local: [{ name: 'small', state: 'loaded', memoryBytes: 5.2e9 }],
      }),
      sampleProvider({ name: 'empty', label: 'Empty', models: [] }),
      sampleProvider({ name: 'keyless', label: 'Keyless', key: 'none', state: 'no-key' }),
    ],
  });
});
const open = () => {
  const server = fakeServerProcess();
  server.changeStatus(now);
  return createModelsView(server);
};

test('usable models are listed under their provider, with their state and pinned roles', async () => {
  fakeEditor.settings.set('rumbo.roles', {
    globalValue: { planner: { model: 'lab/small' }, coder: { model: 'lab/small' } },
  });
  const opened = open();
  assert.deepEqual(treeLines(await drawTree(view)), [
    'Lab | 1 of 3 enabled',
    '  small | pinned to Planner, Coder · loaded, 5.2 GB · local · tier 3 · 32k · free',
    '  large | off · local · tier 3 · 32k · free',
    '  locked | locked · local · tier 3 · 32k · free',
  ]);
  opened.dispose();
});

test('a checkbox shows whether a model is enabled; a locked one has none', async () => {
  const opened = open();
  const [lab] = await drawTree(view);
  assert.deepEqual(
    lab?.below.map(({ item }) => item.checkboxState?.state),
    [1, 0, undefined],
  );
  opened.dispose();
});

test('checking and unchecking writes the user’s settings', async () => {
  const opened = open();
  const [small, large] = (await drawTree(view))[0]?.below ?? [];
  treeOf(view).check(small?.element, 0);
  treeOf(view).check(large?.element, 1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(fakeEditor.settings.get('rumbo.models')?.globalValue, {
    'lab/small': { toggle: false },
    'lab/large': { toggle: true },
  });
  assert.deepEqual(treeOf(view).redrawn, []);
  opened.dispose();
});

test('a toggle that the workspace forbids is reported, and the checkbox is reset', async () => {
  fakeEditor.settings.set('rumbo.models', { workspaceValue: { 'lab/large': { toggle: false } } });
  const opened = open();
  const large = (await drawTree(view))[0]?.below[1];
  treeOf(view).check(large?.element, 1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.match(fakeEditor.messages[0]?.text ?? '', /This workspace’s settings turn lab\/large off/);
  assert.deepEqual(treeOf(view).redrawn, [large?.element]);
  opened.dispose();
});
