/** Local models in the Rumbo view: list, pull, stop, load, disable, and a discovered server. */
import assert from 'node:assert/strict';
import { defaultPorts } from '../../../server/discovery/addresses.ts';
import { engines } from '../../../server/engines/table.ts';
import { type FakeOllamaModels, fakeOllamaModels } from '../../support/local-engines/ollama.ts';
import { ollamaPages } from '../../support/model-servers.ts';
import { type PageServer, pageServer } from '../../support/page-server.ts';
import { withoutLocalEngines } from '../../support/without-local-engines.ts';
import { type EditorWindow, openEditorWindow, scenarios } from '../support/editor.ts';

const coder = 'qwen2.5-coder:7b';
const weights = `sha256:${'a1'.repeat(32)}`;
const weightsBytes = 94e6;
const pieceBytes = 12e6;
let ollama: FakeOllamaModels;

const scenario = scenarios(async (defer) => {
  ollama = await fakeOllamaModels(
    { [coder]: [[weights, weightsBytes]] },
    { 'gemma3:1b': 815e6, 'smollm3:latest': 1.9e9 },
    pieceBytes,
  );
  defer(() => ollama.close());
  return openEditorWindow({
    settings: {
      'rumbo.cache.enabled': false,
      'rumbo.providers': {
        ...withoutLocalEngines,
        mine: { kind: 'ollama', label: 'Ollama', baseUrl: ollama.baseUrl },
      },
    },
  });
});

/** One piece after the other, slowly enough to watch. */
async function arrive(editor: EditorWindow, pieces: number): Promise<void> {
  for (let piece = 0; piece < pieces; piece++) {
    await editor.page.waitForTimeout(600);
    ollama.network.allow(1);
  }
}

async function pull(editor: EditorWindow): Promise<void> {
  ollama.network.allow(0);
  await editor.command('Rumbo: Pull Local Model…', 'Rumbo: pull which model with Ollama?');
  await editor.answer('Rumbo: pull which model with Ollama?', coder);
}

const pane = (editor: EditorWindow, name: string) =>
  editor.page.locator('.pane-header', { hasText: name }).first();

scenario('the tree shows the models on this machine and their states', async (editor) => {
  await editor.page.locator('.activitybar [aria-label="Rumbo"]').first().click();
  await editor.row(/Ollama.*ready · 2 models/).waitFor();
  await editor.expand(/Ollama.*ready/);
  await editor.row(/gemma3:1b.*on disk, 815 MB/).waitFor();
  await editor.act(/gemma3:1b.*on disk/, 'Load');
  await editor.row(/gemma3:1b.*loaded, 978 MB/).waitFor();
  await editor.tooltip(editor.row(/gemma3:1b.*loaded/), 'of memory now');
  await editor.screenshot('local-models');
  await editor.act(/gemma3:1b.*loaded/, 'Unload');
  await editor.row(/gemma3:1b.*on disk, 815 MB/).waitFor();
  assert.equal(ollama.memory.size, 0);
});

scenario(
  'a pull shows its progress in a notification and in the tree, and can be cancelled',
  async (editor) => {
    await pull(editor);
    const toast = await editor.notification(`Rumbo: pulling ${coder} with Ollama`);
    await arrive(editor, 2);
    await toast.filter({ hasText: '24 MB of 94 MB' }).waitFor();
    await arrive(editor, 1);
    await toast.filter({ hasText: /36 MB of 94 MB · .*\/s · \d+ s left/ }).waitFor();
    await editor.row(/qwen2\.5-coder:7b.*38 % downloaded/).waitFor();
    await editor.screenshot('pull');
    await editor.press(toast, 'Cancel');
    await editor.row(/qwen2\.5-coder:7b/).waitFor({ state: 'detached' });
    await toast.waitFor({ state: 'detached' });
    const pullRequest = ollama.requests.findLast(({ path }) => path === '/api/pull');
    await editor.until(
      async () => pullRequest?.signal.aborted,
      (aborted) => aborted === true,
      'the download continued',
    );
    assert.equal(await editor.page.locator('.notification-list-item').count(), 0);
  },
);

scenario('a pull continues where it was stopped, and the model can be used', async (editor) => {
  await pull(editor);
  await editor.notification('36 MB of 94 MB');
  ollama.network.allow(Number.POSITIVE_INFINITY);
  await editor.notification(`mine/${coder} was downloaded and loaded`);
  await editor.row(/qwen2\.5-coder:7b.*loaded/).waitFor();
  await editor.screenshot('pulled');
});

scenario('a pull can be stopped from its row in the tree', async (editor) => {
  ollama.disk.delete(coder);
  ollama.network.onDisk.clear();
  await editor.command('Rumbo: Refresh Providers');
  await editor.row(/qwen2\.5-coder:7b/).waitFor({ state: 'detached' });
  await pull(editor);
  await arrive(editor, 1);
  await editor.act(/qwen2\.5-coder:7b.*downloaded/, 'Stop Download');
  await editor.row(/qwen2\.5-coder:7b/).waitFor({ state: 'detached' });
});

scenario('in the Models view a checkbox turns a model off, with the keyboard too', async (editor) => {
  await pane(editor, 'Models').click();
  const tree = editor.page.locator('.pane', {
    has: editor.page.locator('.pane-header', { hasText: 'Models' }),
  });
  const box = tree.locator('.monaco-list-row', { hasText: 'gemma3:1b' });
  await box.waitFor();
  await editor.screenshot('models');
  await box.locator('.custom-view-tree-node-item-checkbox').focus();
  await editor.page.keyboard.press('Space');
  await editor.until(
    async () => editor.settings()['rumbo.models'],
    (models) => JSON.stringify(models) === '{"mine/gemma3:1b":{"toggle":false}}',
    'the model was not switched off',
  );
  await box.filter({ hasText: /off/ }).waitFor();
  await tree.locator('.monaco-list-row', { hasText: '1 of 2 enabled' }).waitFor();
  await editor.screenshot('models-off');
});

scenario('answers of this window are in the Activity view and open their explanation', async (editor) => {
  await pane(editor, 'Activity').click();
  await editor.page.getByText('Nothing has been answered in this window yet').waitFor();
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', 'Add retries to the upload');
  await editor.shows('rumbo-answer:', 'Here I am.');
  await editor.reset();
  await editor.row(/mine\/smollm3.*Planner.*free/).waitFor();
  await editor.screenshot('activity');
  await editor.row(/mine\/smollm3.*Planner.*free/).click();
  await editor.shows('rumbo-answer:', '# Why mine/smollm3:latest?');
});

scenario('a discovered server is offered, and used once it is chosen', async (editor) => {
  const found = await onForeignPort();
  if (!found) return;
  try {
    await editor.command('Rumbo: Discover Local Endpoints', 'use which of the discovered model servers');
    await editor.screenshot('discover');
    await editor.page.keyboard.press('Escape');
    const toast = await editor.notification(/Found .*Ollama at .*not in use.* Looked /);
    await editor.row(new RegExp(`Ollama.*found · .*:${found.port}`)).waitFor();
    await editor.screenshot('discovered');
    await editor.press(toast, 'Choose…');
    await editor.question('use which of the discovered model servers');
    await editor.page.locator('.quick-input-widget:visible .monaco-button', { hasText: 'OK' }).click();
    await editor.row(new RegExp(`Ollama \\(.*:${found.port}\\).*ready`)).waitFor();
    assert.ok(JSON.stringify(editor.settings()['rumbo.providers']).includes(`:${found.port}`));
  } finally {
    await found.close();
  }
});

/** On the first free port of another kind of engine. `undefined`: all are in use. */
async function onForeignPort(): Promise<PageServer | undefined> {
  for (const port of defaultPorts(engines).toReversed()) {
    const running = await pageServer(ollamaPages, { port }).catch(() => undefined);
    if (running) return running;
  }
  return;
}
