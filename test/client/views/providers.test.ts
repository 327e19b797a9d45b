import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { createProvidersView } from '../../../client/views/providers.ts';
import type { Status } from '../../../shared/status.ts';
import { fakeEditor } from '../../support/vscode-stub.ts';
import { type FakeServerProcess, fakeServerProcess } from '../fake-server.ts';
import { sampleEndpoint, sampleModel, sampleProvider, sampleStatus } from '../samples.ts';
import { drawTree, hoverTooltip, treeLines, treeOf } from './drawn-tree.ts';

const view = 'rumbo.providers';
let server: FakeServerProcess;
let now: Status;
let sent: string[];

beforeEach(() => {
  fakeEditor.reset();
  server = fakeServerProcess({
    listModels: async () => {
      sent.push('models');
      return [];
    },
    modelDetails: async ({ models: [id = 'none/none'] = [] }) => {
      sent.push(`details of ${id}`);
      return [{ id, types: [], fields: { licence: 'mit' }, provenance: {} }];
    },
    status: async () => {
      sent.push('status');
      server.status = now;
      return now;
    },
  });
  sent = [];
  now = sampleStatus({ providers: [sampleProvider({ local: [] })] });
});

const open = () => createProvidersView(server);
const tell = (next: Status) => {
  now = next;
  server.changeStatus(next);
};

test('a badge counts what needs the user, and disappears when it is solved', () => {
  const opened = open();
  const refused = sampleProvider({ label: 'Groq', state: 'cooling-down', rule: 'key', key: 'environment' });
  const empty = sampleProvider({ label: 'OpenAI', state: 'cooling-down', rule: 'payment', key: 'keychain' });
  tell(sampleStatus({ providers: [sampleProvider(), refused, empty], offers: [sampleEndpoint()] }));
  assert.deepEqual(treeOf(view).badge, {
    value: 3,
    tooltip: 'Groq: key refused\nOpenAI: account empty\nllama.cpp at 127.0.0.1:9090: found, not in use',
  });
  tell(sampleStatus());
  assert.equal(treeOf(view).badge, undefined);
  opened.dispose();
});

test('a discovered server comes first and can be used or ignored; with one there is no welcome', async () => {
  const opened = open();
  now = sampleStatus({ providers: [], offers: [sampleEndpoint({ models: ['qwen'] })] });
  const [offer] = await drawTree(view);
  assert.equal(
    `${offer?.item.label} | ${offer?.item.description}`,
    'llama.cpp | found · 127.0.0.1:9090 · 1 model: qwen',
  );
  assert.equal(
    offer?.item.accessibilityInformation?.label,
    'Not in use: llama.cpp, found, 127.0.0.1:9090, 1 model: qwen',
  );
  assert.equal(fakeEditor.context.get('rumbo.empty'), false);
  opened.dispose();
});

test('a download shows its progress without redrawing the tree or a request to the server', async () => {
  const opened = open();
  await drawTree(view);
  assert.deepEqual(sent, ['status', 'models']);
  const fetching = (progress: number) =>
    sampleStatus({
      providers: [sampleProvider({ local: [{ name: 'new', state: 'downloading', progress }] })],
    });
  tell(fetching(0.1));
  assert.deepEqual(treeLines(await drawTree(view)), [
    'Lab | ready · 1 model',
    '  new | 10 % downloaded',
    '  small | local · tier 3 · 32k · free',
  ]);
  treeOf(view).redrawn.length = 0;
  tell(fetching(0.104));
  assert.deepEqual(treeOf(view).redrawn, []);
  tell(fetching(0.2));
  assert.equal(treeOf(view).redrawn.length, 1);
  assert.equal((await drawTree(view))[0]?.below[0]?.item.description, '20 % downloaded');
  assert.deepEqual(sent, ['status', 'models']);
  opened.dispose();
});

test('the details of a model are requested on hover, not before', async () => {
  const opened = open();
  const [lab] = await drawTree(view);
  const [small] = lab?.below ?? [];
  assert.ok(small);
  assert.ok(!sent.some((each) => each.startsWith('details')));
  assert.match((await hoverTooltip(view, small)) ?? '', /^lab\/small\n[\s\S]*\nLicence: mit\.\n/);
  opened.dispose();
});

test('a list of thousands shows the first and says how to add the others', async () => {
  const opened = open();
  const models = Array.from({ length: 2000 }, (_, at) => sampleModel({ id: `lab/m${at}`, name: `m${at}` }));
  now = sampleStatus({ providers: [sampleProvider({ models })] });
  const [lab] = await drawTree(view);
  assert.equal(lab?.below.length, 501);
  assert.match(
    lab?.below.at(-1)?.item.label ?? '',
    /^1500 more are not listed; .*rumbo\.providers\.lab\.models/,
  );
  opened.dispose();
});
