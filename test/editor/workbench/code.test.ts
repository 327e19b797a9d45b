/** **Rumbo: Code…** in the packaged extension: a change is reviewed before it is applied. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { startPracticeEngine } from '../../support/practice-engine.ts';
import { withoutLocalEngines } from '../../support/without-local-engines.ts';
import { type EditorWindow, openEditorWindow, scenarios } from '../support/editor.ts';

const proposal = 'rumbo-proposal:';
const written = /export (?:const formatPrice|function formatPrice)/;

const scenario = scenarios(async (defer) => {
  const engine = await startPracticeEngine({ tokensPerSecond: 60 });
  defer(() => engine.close());
  return openEditorWindow({
    settings: {
      'files.autoSave': 'off',
      'rumbo.cache.enabled': false,
      'rumbo.providers': { ...withoutLocalEngines, ...engine.config['rumbo.providers'] },
    },
  });
});

/** Selects the TODO of the sample and requests code there. */
async function requestCodeForTodo(
  editor: EditorWindow,
  prompt: string,
): Promise<{ path: string; before: string }> {
  const path = `${editor.workspace}/src/price.ts`;
  const before = readFileSync(path, 'utf8');
  const line = before.split('\n').findIndex((text) => text.includes('TODO')) + 1;
  await editor.openFile(path, line);
  await editor.page.keyboard.press('Shift+End');
  await editor.status(/\d+ selected/).waitFor();
  await editor.command('Rumbo: Code…', `Rumbo: Code, src/price.ts, line ${line}`);
  await editor.answer(`Rumbo: Code, src/price.ts, line ${line}`, prompt);
  return { path, before };
}

scenario('a change to a selection is a diff first, and Discard leaves the file as it was', async (editor) => {
  const { path, before } = await requestCodeForTodo(editor, 'Format an amount of cents as a price');
  const half = await editor.shows(proposal, 'practice');
  await editor.screenshot('code-streaming');
  assert.doesNotMatch(half, /\/\/ TODO/);
  const toast = await editor.notification('Proposed change to price.ts');
  assert.match(
    await editor.sentence(toast),
    /practice\/practice-(small|large) · .* · free.*Canned replies from a toy model/,
  );
  await editor.shows(proposal, written);
  await editor.screenshot('code-proposed');
  assert.equal(await editor.page.locator('.tab', { hasText: 'price.ts: proposed change' }).count(), 1);
  assert.equal(readFileSync(path, 'utf8'), before);

  await editor.press(toast, 'Discard');
  await editor.page.locator('.tab', { hasText: 'proposed change' }).waitFor({ state: 'detached' });
  assert.equal(readFileSync(path, 'utf8'), before);
  assert.equal(await editor.text(editor.uriOf(path)), before);
});

scenario('Accept writes the change into the open file, and it can be undone', async (editor) => {
  const { path, before } = await requestCodeForTodo(editor, 'Format an amount of cents as a price');
  await editor.notification('Proposed change to price.ts');
  assert.equal(readFileSync(path, 'utf8'), before);
  await editor.page.locator('.editor-actions [aria-label="Accept Change"]').click();
  await editor.page.locator('.tab', { hasText: 'proposed change' }).waitFor({ state: 'detached' });
  await editor.shows(editor.uriOf(path), written);
  await editor.screenshot('code-accepted');
  const after = await editor.text(editor.uriOf(path));
  assert.doesNotMatch(after, /TODO/);
  // Text outside of the selection is unchanged.
  assert.ok(after.startsWith(before.slice(0, before.indexOf('// TODO'))));
  assert.equal(readFileSync(path, 'utf8'), before, 'it was saved without a request');

  await editor.page.keyboard.press('Control+S');
  await editor.until(
    async () => readFileSync(path, 'utf8'),
    (text) => text === after,
    'it was not saved',
  );
  await editor.page.keyboard.press('Control+Z');
  await editor.shows(editor.uriOf(path), '// TODO');
  await editor.page.keyboard.press('Control+S');
  await editor.until(
    async () => readFileSync(path, 'utf8'),
    (text) => text === before,
    'it was not undone',
  );
});

scenario('a file that changed in the meantime is not touched, and the proposal stays', async (editor) => {
  const { path, before } = await requestCodeForTodo(editor, 'Format an amount of cents as a price');
  const toast = await editor.notification('Proposed change to price.ts');
  await editor.focus(editor.uriOf(path));
  await editor.page.keyboard.press('Control+Home');
  await editor.page.keyboard.type('// mine ');
  await editor.shows(editor.uriOf(path), '// mine');
  await editor.press(toast, 'Accept');
  const refused = await editor.notification('changed while the answer was generated');
  await editor.screenshot('code-file-changed');
  assert.match(
    await editor.sentence(refused),
    /^price\.ts changed while the answer was generated, so nothing was applied; the proposal stays open\./,
  );
  assert.equal(await editor.text(editor.uriOf(path)), `// mine ${before}`);
  assert.equal(await editor.page.locator('.tab', { hasText: 'proposed change' }).count(), 1);
});

scenario('a change that was stopped half-way is applied only after a confirmation', async (editor) => {
  const { path, before } = await requestCodeForTodo(editor, 'Write an endless story');
  await editor.shows(proposal, /tells an endless story|waves rise/);
  await editor.page.locator('.editor-actions [aria-label="Stop"]').click();
  await editor.page.locator('.editor-actions [aria-label="Accept Change"]').click();
  const dialog = editor.page.locator('.monaco-dialog-box', { hasText: 'You stopped it.' });
  await dialog.waitFor();
  await editor.screenshot('code-stopped');
  await dialog.locator('.monaco-button', { hasText: 'Cancel' }).click();
  assert.equal(await editor.text(editor.uriOf(path)), before);

  // A story is full of errors in TypeScript; discarded, they leave the Problems view.
  const problems = editor.page.locator('.statusbar-item[id="status.problems"]');
  await editor.page.locator('.tab', { hasText: 'proposed change' }).click();
  await editor.until(
    async () => (await problems.textContent()) ?? '',
    (text) => !/^\s*0/.test(text),
    'the story has no problems',
  );
  await editor.page.locator('.editor-actions [aria-label="Discard Change"]').click();
  await editor.until(
    async () => (await problems.textContent()) ?? '',
    (text) => /^\s*0/.test(text),
    'the problems stay',
  );
});

scenario('without an open file the code goes to a new document in its language', async (editor) => {
  await editor.command('Rumbo: Code…', 'Rumbo: Code, in a new document');
  await editor.answer('Rumbo: Code, in a new document', 'A function that formats a price, in TypeScript');
  await editor.shows('untitled:', written);
  await editor.status(/^TypeScript$/).waitFor();
  await editor.notification(/practice\/practice-(small|large) · .* · free\./);
  await editor.screenshot('code-new-document');
  assert.doesNotMatch(await editor.text('untitled:'), /```/);
});

for (const name of ['.vscode/tasks.json', '.git/config', '.mcp.json', 'shop.code-workspace']) {
  scenario(`${name} is changed only after a confirmation`, async (editor) => {
    const path = `${editor.workspace}/${name}`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '{}\n');
    await editor.openFile(path);
    await editor.command('Rumbo: Code…', 'Rumbo: Code');
    await editor.answer('Rumbo: Code', 'Run something on start');
    const toast = await editor.notification('Proposed change');
    await editor.press(toast, 'Accept');
    const dialog = editor.page.locator('.monaco-dialog-box', { hasText: 'Change it anyway?' });
    await dialog.waitFor();
    await editor.screenshot('code-protected');
    await dialog.locator('.monaco-button', { hasText: 'Cancel' }).click();
    assert.equal(await editor.text(editor.uriOf(path)), '{}\n');
    // Confirmed, it is changed.
    await editor.page.locator('.tab', { hasText: 'proposed change' }).click();
    await editor.page.locator('.editor-actions [aria-label="Accept Change"]').click();
    await dialog.locator('.monaco-button', { hasText: 'Change It' }).click();
    await editor.shows(editor.uriOf(path), written);
    assert.equal(readFileSync(path, 'utf8'), '{}\n');
  });
}
