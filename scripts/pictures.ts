/** Takes the README's pictures in a real VS Code: `npm run pictures` after `npm run package`. Writes to media/screenshots/. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEditorWindow } from '../test/editor/support/editor.ts';
import { output } from '../test/editor/support/output.ts';
import type { Body } from '../test/support/fake-providers/fake-provider.ts';
import { fakeLlamaCpp } from '../test/support/fake-providers/llama-cpp.ts';
import { startPracticeEngine } from '../test/support/practice-engine.ts';
import { withoutLocalEngines } from '../test/support/without-local-engines.ts';
import { projectFolder } from './set-up/folders.ts';

/** Small, since the README shows three of them in a row. */
const viewport = { width: 900, height: 620 };
const cart = `import { type Cents, sum } from './price.ts';

export type Line = { name: string; price: Cents; amount: number };

/** Lines that cost nothing are left out. */
export function billable(lines: Line[]): Line[] {
  return lines.filter(({ price, amount }) => price * amount > 0);
}

/** What the customer pays, shipping included. */
export function total(lines: Line[], shipping: Cents): Cents {
${'  '}
}
`;
const cursorLine = 12;
const suggestion = `const amounts = billable(lines).map(({ price, amount }) => price * amount);
  return sum([...amounts, shipping]);`;

/** Completes the body of the function that the picture shows. */
function completion(body: Body): string {
  if (!('input_prefix' in body)) return '';
  const typed = String(body['input_prefix']).split('\n').at(-1)?.trimStart() ?? '';
  return suggestion.startsWith(typed) ? suggestion.slice(typed.length) : '';
}

const engine = await startPracticeEngine();
const coder = await fakeLlamaCpp({ models: ['qwen2.5-coder'], reply: completion });
const editor = await openEditorWindow({
  settings: {
    'editor.fontSize': 15,
    'editor.lineNumbers': 'off',
    'editor.minimap.enabled': false,
    'editor.quickSuggestions': { other: 'off' },
    'editor.wordWrap': 'on',
    'typescript.validate.enable': false,
    'workbench.activityBar.location': 'hidden',
    'rumbo.inline.enabled': true,
    'rumbo.providers': {
      ...withoutLocalEngines,
      ...engine.config['rumbo.providers'],
      'llama-cpp': { baseUrl: coder.baseUrl, source: 'local' },
    },
    'rumbo.inline.models': ['llama-cpp/*'],
  },
});
try {
  const { page } = editor;
  await page.setViewportSize(viewport);
  await editor.command('View: Close Primary Side Bar');

  const file = join(editor.workspace, 'src', 'total.ts');
  writeFileSync(file, cart);
  await editor.openFile(file, cursorLine);
  await page.keyboard.press('End');
  await page.keyboard.type('co');
  await ghostText();
  await picture('ghost-text', 100);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Control+S');
  await editor.command('View: Close All Editors');

  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', 'Show prices in the currency of the visitor');
  await editor.shows('rumbo-answer:', /## Receipt[\s\S]*Note:/);
  await editor.focus('rumbo-answer:');
  await page.keyboard.press('Control+Home');
  await picture('plan');
  await editor.command('View: Close All Editors');

  await editor.command('Rumbo: Why This Model?');
  await editor.shows('rumbo-answer:', /Why/);
  await picture('why-this-model');
} finally {
  await editor.close();
  await coder.close();
  await engine.close();
}

/** Types the last letter again until the suggestion appears: the first request may come before the list of models. */
async function ghostText(): Promise<void> {
  const suggestion = editor.page.locator('[class*="ghost-text"]').first();
  for (let left = 5; ; left--) {
    try {
      return await suggestion.waitFor({ timeout: 5_000 });
    } catch (error) {
      if (left === 1) throw error;
      await editor.page.keyboard.press('Backspace');
      await editor.page.keyboard.type('o');
    }
  }
}

/** @param settleMs time for what the editor does after a keystroke */
async function picture(name: string, settleMs = 2_500): Promise<void> {
  // The pointer highlights what it touches.
  await editor.page.mouse.move(viewport.width / 2, viewport.height - 60);
  await editor.page.waitForTimeout(settleMs);
  await editor.screenshot(name);
  renameSync(output(`${name}.png`), join(projectFolder, 'media', 'screenshots', `${name}.png`));
}
