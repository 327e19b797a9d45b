/** Ghost text and **Rumbo: Generate Here…** in the packaged extension: what the user sees, and what the file contains. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Body, FakeProvider } from '../../support/fake-providers/fake-provider.ts';
import { fakeLlamaCpp } from '../../support/fake-providers/llama-cpp.ts';
import { withoutLocalEngines } from '../../support/without-local-engines.ts';
import { type EditorWindow, openEditorWindow, scenarios } from '../support/editor.ts';

const before = 'export const price = 3;\nexport const amount = 4;\nconst total = \n';
const insertion = 'price * amount;';
const generated = ['export function double(value: number): number {', '  return value * 2;', '}'].join('\n');
let llama: FakeProvider;

/** Completes the one insertion, and answers chat requests with code. */
function reply(body: Body): string {
  if (!('input_prefix' in body)) return `\`\`\`typescript\n${generated}\n\`\`\``;
  const line = String(body['input_prefix']).split('\n').at(-1) ?? '';
  const typed = line.replace(/^const total = /, '');
  return line.startsWith('const total =') && insertion.startsWith(typed) ? insertion.slice(typed.length) : '';
}

const scenario = scenarios(async (defer) => {
  llama = await fakeLlamaCpp({ models: ['tiny-coder'], reply });
  defer(() => llama.close());
  return openEditorWindow({
    settings: {
      'editor.quickSuggestions': { other: 'off' },
      'editor.acceptSuggestionOnCommitCharacter': false,
      'files.autoSave': 'off',
      'rumbo.cache.enabled': false,
      'rumbo.providers': { ...withoutLocalEngines, lab: { kind: 'llama-cpp', baseUrl: llama.baseUrl } },
    },
  });
});

const ghost = (editor: EditorWindow) => editor.page.locator('[class*="ghost-text"]');
const fills = () => llama.chats.filter(({ path }) => path.startsWith('/infill'));

/** A file of its own, with the cursor at the end of a line. */
async function openAt(editor: EditorWindow, name: string, text = before, line = 3): Promise<string> {
  const path = `${editor.workspace}/src/${name}`;
  writeFileSync(path, text);
  await editor.openFile(path, line);
  await editor.page.keyboard.press('End');
  return path;
}

/** Waits until the ghost text shows these words. */
async function appears(editor: EditorWindow, path: string, words: string): Promise<void> {
  await editor.shows(editor.uriOf(path), words);
  await ghost(editor).first().waitFor();
}

const gone = (editor: EditorWindow) =>
  editor.until(
    () => ghost(editor).count(),
    (count) => count === 0,
    'the ghost text stays',
  );

/** Saves the file, since reading the editor's text would move the cursor. */
const save = (editor: EditorWindow) => editor.page.keyboard.press('Control+S');
async function saved(editor: EditorWindow, path: string, text: string): Promise<void> {
  await save(editor);
  await editor.until(
    async () => readFileSync(path, 'utf8'),
    (now) => now === text,
    'the file has another text',
  );
}

scenario(
  'before ghost text is on no request is sent, and a confirmation names the models',
  async (editor) => {
    const path = await openAt(editor, 'off.ts');
    await editor.page.keyboard.type('pr');
    await editor.page.waitForTimeout(500);
    assert.doesNotMatch(editor.log(), /Rumbo .* on Node/, 'the server was started');
    await editor.command('Rumbo: Turn Ghost Text On…');
    const dialog = editor.page.locator('.monaco-dialog-box', { hasText: 'Turn ghost text on?' });
    await dialog.waitFor();
    assert.match(
      (await dialog.textContent()) ?? '',
      /lab\/tiny-coder on your machines will suggest code.*for free/,
    );
    await editor.screenshot('ghost-text-question');
    assert.equal(fills().length, 0);
    await dialog.locator('.monaco-button', { hasText: 'Turn On' }).click();
    await editor.until(
      async () => editor.settings()['rumbo.inline.enabled'],
      (value) => value === true,
      'it was not switched on',
    );
    await editor.focus(editor.uriOf(path));
  },
);

scenario('a suggestion appears at the end of a line, and Tab inserts it', async (editor) => {
  const path = await openAt(editor, 'tab.ts');
  await editor.page.keyboard.type('p');
  await appears(editor, path, insertion);
  await editor.screenshot('ghost-text');
  await editor.page.keyboard.press('Tab');
  await gone(editor);
  await saved(editor, path, before.replace('= \n', `= ${insertion}\n`));
  await editor.tooltip(editor.status('Rumbo'), 'Ghost text: lab/tiny-coder; today 1 shown, 1 accepted');
});

scenario('typing as suggested keeps the suggestion and sends no request', async (editor) => {
  const path = await openAt(editor, 'through.ts');
  await editor.page.keyboard.type('p');
  await appears(editor, path, insertion);
  const requestCount = fills().length;
  for (const letter of 'rice * am') {
    await editor.page.keyboard.type(letter);
    await editor.page.waitForTimeout(120);
    assert.ok((await ghost(editor).count()) > 0, `it went at ${letter}`);
  }
  await editor.screenshot('ghost-text-typing-as-suggested');
  assert.equal(fills().length, requestCount);
  await editor.page.keyboard.press('Tab');
  await saved(editor, path, before.replace('= \n', `= ${insertion}\n`));
});

scenario('a file that changes on disk removes the suggestion for its old text', async (editor) => {
  const path = await openAt(editor, 'disk.ts');
  await editor.command('Rumbo: Suggest Here');
  await appears(editor, path, insertion);
  writeFileSync(path, 'export const other = 1;\nexport const price = 3;\nlet sum = 0;\n');
  await editor.shows(editor.uriOf(path), 'let sum');
  await editor.until(
    () => editor.visibleText(editor.uriOf(path)),
    (text) => !text.includes(insertion),
    'the suggestion for the old text stays',
  );
});

scenario(
  'paused, no request is sent and the status bar says so; resumed, suggestions return',
  async (editor) => {
    const path = await openAt(editor, 'paused.ts');
    await editor.command('Rumbo: Pause Ghost Text');
    await editor.status('Rumbo: ghost text paused').waitFor();
    const requestCount = fills().length;
    await editor.focus(editor.uriOf(path));
    await editor.page.keyboard.press('Control+End');
    await editor.page.keyboard.type('const total = ');
    await editor.page.waitForTimeout(700);
    assert.equal(fills().length, requestCount);
    await editor.status('Rumbo: ghost text paused').click();
    await editor.screenshot('ghost-text-paused');
    await editor.pick('Resume Ghost Text');
    await editor.status('Rumbo: auto').waitFor();
    await editor.focus(editor.uriOf(path));
    await editor.page.keyboard.press('Control+End');
    await editor.page.keyboard.type('p');
    await appears(editor, path, insertion);
  },
);

scenario('after a reload of the window ghost text works without a question', async (editor) => {
  await editor.reload();
  const path = await openAt(editor, 'restart.ts');
  await editor.tooltip(editor.status('Rumbo'), 'Ghost text: lab/tiny-coder');
  await editor.focus(editor.uriOf(path));
  await editor.page.keyboard.press('Control+Home');
  for (const key of ['ArrowDown', 'ArrowDown', 'End']) await editor.page.keyboard.press(key);
  await editor.page.keyboard.type('p');
  await appears(editor, path, insertion);
});

scenario('a language is turned off in its language status', async (editor) => {
  const path = await openAt(editor, 'language.ts');
  const braces = editor.page.locator('.statusbar-item[id="status.languageStatus"]');
  const entry = editor.page.locator('.hover-language-status', { hasText: 'Ghost text is on for typescript' });
  await editor.tooltip(braces, 'Ghost text is on for typescript');
  await editor.screenshot('ghost-text-language');
  await entry.getByText('Turn Off').click();
  await editor.until(
    async () => editor.settings()['rumbo.inline.languages'],
    (languages) => JSON.stringify(languages) === '{"typescript":false}',
    'the language was not switched off',
  );
  const requestCount = fills().length;
  await editor.focus(editor.uriOf(path));
  await editor.page.keyboard.press('Control+End');
  await editor.page.keyboard.type('const total = pri');
  await editor.page.waitForTimeout(500);
  assert.equal(fills().length, requestCount);
  await editor.command('Rumbo: Toggle Ghost Text for This Language');
  await editor.until(
    async () => editor.settings()['rumbo.inline.languages'],
    (languages) => JSON.stringify(languages) === '{}',
    'the language was not switched on again',
  );
});

scenario('declarations from a file that is not open are used', async (editor) => {
  writeFileSync(
    `${editor.workspace}/src/basket.ts`,
    'export interface Basket {\n  readonly canary: number;\n}\n',
  );
  const text = "import type { Basket } from './basket';\nexport const basket = {} as Basket;\n";
  await openAt(editor, 'shop.ts', text, 2);
  // The language service needs time; each line triggers another request.
  await editor.until(
    async () => {
      await editor.page.keyboard.press('Enter');
      await editor.page.keyboard.type('const other = {} as Basket; ');
      await editor.page.waitForTimeout(400);
      return JSON.stringify(fills().at(-1)?.body);
    },
    (body) => body?.includes('readonly canary: number') === true,
    'the declaration is not sent',
  );
});

scenario('the models are chosen by checkboxes with their prices', async (editor) => {
  await editor.command('Rumbo: Choose Ghost Text Models…', 'choose models for ghost text');
  await editor.rows.filter({ hasText: 'lab/tiny-coder' }).waitFor();
  await editor.screenshot('ghost-text-models');
  assert.match((await editor.rows.filter({ hasText: 'lab/tiny-coder' }).textContent()) ?? '', /free/);
});

/** Requests code at the cursor. */
async function generate(editor: EditorWindow, name: string, line: number): Promise<void> {
  const title = `Rumbo: Generate Here, src/${name}, at line ${line}`;
  await editor.command('Rumbo: Generate Here…', title);
  await editor.answer(title, 'A function that doubles a number');
}

const block = 'export class Maths {\n  one(): number {\n    return 1;\n  }\n\n  \n}\n';

scenario(
  'generated code is a preview that auto-save does not write; Tab accepts it in one step',
  async (editor) => {
    await editor.set({ 'files.autoSave': 'afterDelay', 'files.autoSaveDelay': 50 });
    const path = await openAt(editor, 'generate.ts', block, 6);
    await editor.page.keyboard.type('x');
    await editor.page.keyboard.press('Backspace');
    llama.delayMs = 60;
    await generate(editor, 'generate.ts', 6);
    await appears(editor, path, 'export function double');
    await editor.screenshot('generate-streaming');
    await editor.status('Tab to accept, Esc to discard').waitFor();
    await editor.screenshot('generate-preview');
    await editor.page.waitForTimeout(400);
    assert.equal(readFileSync(path, 'utf8'), block);
    await editor.page.keyboard.press('Tab');
    const accepted = block.replace('\n  \n}', `\n  ${generated.replaceAll('\n', '\n  ')}\n}`);
    await saved(editor, path, accepted);
    await editor.status('Tab to accept').waitFor({ state: 'detached' });
    await editor.screenshot('generate-kept');
    await editor.page.keyboard.press('Control+Z');
    await saved(editor, path, block);
  },
);

scenario('undone code can be generated again, and line endings are kept', async (editor) => {
  llama.delayMs = 150;
  const crlf = block.replaceAll('\n', '\r\n').replaceAll('  ', '\t');
  const path = await openAt(editor, 'again.ts', crlf, 6);
  await generate(editor, 'again.ts', 6);
  await appears(editor, path, 'double(value');
  await editor.page.keyboard.press('Tab');
  await editor.status('Tab to accept, Esc to discard').waitFor();
  await editor.page.keyboard.press('Tab');
  const accepted = block.replace('\n  \n}', `\n  ${generated.replaceAll('\n', '\n  ')}\n}`);
  const asInFile = accepted.replaceAll('\n', '\r\n').replaceAll('  ', '\t');
  await saved(editor, path, asInFile);
  await editor.page.keyboard.press('Control+Z');
  await editor.page.keyboard.press('Control+Z');
  await saved(editor, path, crlf);
  await generate(editor, 'again.ts', 6);
  await appears(editor, path, 'export function double');
  await editor.status('Tab to accept, Esc to discard').waitFor();
  await editor.screenshot('generate-again');
  await editor.page.keyboard.press('Tab');
  await saved(editor, path, asInFile);
  llama.delayMs = 0;
});

scenario('Esc discards generated code and cancels the request', async (editor) => {
  llama.delayMs = 400;
  const path = await openAt(editor, 'drop.ts', block, 6);
  await generate(editor, 'drop.ts', 6);
  await appears(editor, path, 'export function double');
  await editor.page.keyboard.press('Escape');
  await gone(editor);
  await editor.until(
    async () => llama.chats.at(-1)?.aborted,
    (aborted) => aborted === true,
    'the request continues',
  );
  assert.equal(await editor.page.locator('.notification-list-item').count(), 0);
  await saved(editor, path, block);
  llama.delayMs = 0;
});

scenario('moving the cursor discards generated code', async (editor) => {
  const path = await openAt(editor, 'moved.ts', block, 6);
  await generate(editor, 'moved.ts', 6);
  await editor.status('Tab to accept, Esc to discard').waitFor();
  await editor.page.keyboard.press('ArrowUp');
  await gone(editor);
  await editor.page.keyboard.press('ArrowDown');
  await editor.page.keyboard.press('End');
  await saved(editor, path, block);
});

scenario('a failure is one sentence with one button, and the prompt is kept', async (editor) => {
  llama.fail = { status: 500, body: { error: { message: 'broken' } } };
  await openAt(editor, 'fails.ts', block, 6);
  await generate(editor, 'fails.ts', 6);
  const toast = await editor.notification(/overloaded or failing/);
  await editor.screenshot('generate-failed');
  assert.doesNotMatch(await editor.sentence(toast), /\n| at /);
  await editor.status('Esc to stop').waitFor({ state: 'detached' });
  llama.fail = undefined;
  await editor.command('Rumbo: Generate Here…', 'Rumbo: Generate Here');
  assert.equal(await editor.input.inputValue(), 'A function that doubles a number');
});

scenario('turned off, pending requests are cancelled and no more are sent', async (editor) => {
  const path = await openAt(editor, 'stop.ts');
  llama.fault = { kind: 'hang' };
  const previousCount = fills().length;
  await editor.page.keyboard.type('p');
  const requestCount = await editor.until(
    async () => fills().length,
    (count) => count > previousCount,
    'no request was sent',
  );
  await editor.command('Rumbo: Turn Ghost Text Off');
  await editor.until(
    async () => fills().at(-1)?.aborted,
    (aborted) => aborted === true,
    'the request continues',
  );
  llama.fault = undefined;
  await editor.focus(editor.uriOf(path));
  await editor.page.keyboard.press('Control+End');
  await editor.page.keyboard.type('const total = pri');
  await editor.page.waitForTimeout(700);
  assert.equal(fills().length, requestCount);
  assert.equal(await ghost(editor).count(), 0);
});

scenario('Generate Here works while ghost text is off', async (editor) => {
  const path = await openAt(editor, 'without.ts', block, 6);
  await generate(editor, 'without.ts', 6);
  await appears(editor, path, 'export function double');
  await editor.status('Tab to accept, Esc to discard').waitFor();
  await editor.page.keyboard.press('Tab');
  await saved(editor, path, block.replace('\n  \n}', `\n  ${generated.replaceAll('\n', '\n  ')}\n}`));
});
