/** **Rumbo: Plan…** in the packaged extension, against the practice engine. */
import assert from 'node:assert/strict';
import { startPracticeEngine } from '../../support/practice-engine.ts';
import { withoutLocalEngines } from '../../support/without-local-engines.ts';
import { openEditorWindow, scenarios } from '../support/editor.ts';

const answer = 'rumbo-answer:';
const note = 'Canned replies from a toy model, to try Rumbo out.';
let engineUrl: string;

const scenario = scenarios(async (defer) => {
  // Slow enough to watch and stop.
  const engine = await startPracticeEngine({ tokensPerSecond: 60 });
  defer(() => engine.close());
  engineUrl = engine.baseUrl;
  return openEditorWindow({
    settings: { 'rumbo.providers': { ...withoutLocalEngines, ...engine.config['rumbo.providers'] } },
  });
});

const engineIsBusy = async (): Promise<boolean> => {
  const slots = (await (await fetch(`${engineUrl}/slots`)).json()) as { is_processing: boolean }[];
  return slots.some(({ is_processing }) => is_processing);
};

scenario('a plan streams as Markdown beside the open file and ends with its receipt', async (editor) => {
  await editor.openFile(`${editor.workspace}/src/price.ts`);
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.screenshot('plan-prompt');
  await editor.answer('Rumbo: Plan', 'Show prices in the currency of the visitor');

  const half = await editor.shows(answer, '## Steps');
  await editor.screenshot('plan-streaming');
  assert.ok(!half.includes('## Receipt'), 'the plan arrived all at once');
  assert.match(half, /practice\/practice-large is answering/);
  await editor.shows(answer, /## Receipt[\s\S]*Note:/);
  // The receipt replaces the spinner in the status bar.
  await editor.status(/practice\/practice-large · .* · free/).waitFor();
  await editor.screenshot('plan-done');

  assert.equal(await editor.page.locator('.editor-group-container').count(), 2);
  assert.equal(await editor.status(/^Markdown$/).count(), 1);
  const text = await editor.text(answer);
  assert.match(text, /^# Plan\n\n> Show prices in the currency of the visitor\n/);
  assert.match(text, /Practice answer from `practice-large`/);
  assert.match(text, /## Still to decide\n\n- Does the server format as well, or only the browser\?/);
  const receipt = text.slice(text.indexOf('## Receipt'));
  assert.match(receipt, /\*\*Model:\*\* practice\/practice-large\n/);
  assert.match(receipt, /\*\*Why:\*\* .*planning.*\n/);
  assert.match(receipt, /\*\*Tokens:\*\* [\d,]+ in, \d{3} out\n/);
  assert.match(receipt, /\*\*Cost:\*\* free\n/);
  assert.match(receipt, /\*\*Time:\*\* .* to the first token, .*in total\n/);
  assert.match(receipt, /\*\*Attempts:\*\* 1\n/);
  assert.ok(receipt.includes(`**Note:** ${note}`));
});

scenario('the same prompt again is answered from the cache, and the receipt shows it', async (editor) => {
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', 'Show prices in the currency of the visitor');
  await editor.shows(answer, 'from the cache, nothing was sent');
});

scenario('a plan can be requested in Spanish', async (editor) => {
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', 'Añade reintentos a la subida de ficheros, ¡con pruebas y sin prisa!');
  await editor.shows(answer, /## Receipt[\s\S]*Note:/);
  await editor.screenshot('plan-spanish');
  const text = await editor.text(answer);
  assert.match(text, /^# Plan\n\n> Añade reintentos a la subida de ficheros, ¡con pruebas y sin prisa!\n/);
  assert.match(text, /\*\*Task:\*\* planning/);
});

scenario('cancelling stops the engine, and the received text stays', async (editor) => {
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', 'Tell me an endless story');
  await editor.shows(answer, 'waves rise and fall');
  assert.ok(await engineIsBusy());
  await editor.press(await editor.notification('Rumbo: planning'), 'Cancel');
  await editor.shows(answer, '**Stopped by you.** The text received so far is above.');
  await editor.until(engineIsBusy, (busy) => !busy, 'the engine continues', 2000);
  await editor.screenshot('plan-cancelled');
  assert.match(await editor.text(answer), /waves rise and fall[\s\S]*\*\*Stopped by you\.\*\*/);

  // The prompt is offered again.
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  assert.equal(await editor.input.inputValue(), 'Tell me an endless story');
});

scenario('the Stop button of an answer stops it too', async (editor) => {
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', 'Another endless story');
  await editor.shows(answer, 'waves rise and fall');
  await editor.page.locator('.editor-actions [aria-label="Stop"]').click();
  await editor.shows(answer, 'Stopped by you.');
  await editor.until(engineIsBusy, (busy) => !busy, 'the engine continues', 2000);
});

scenario('an empty prompt is rejected in the input box', async (editor) => {
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', '   ');
  await editor.page
    .locator('.quick-input-widget:visible', {
      hasText: 'The prompt is empty. Type what you want, then press Enter.',
    })
    .waitFor();
  await editor.screenshot('plan-empty-prompt');
  assert.equal(await editor.tabs.count(), 0);
});

scenario('a prompt over the context is rejected with one sentence and can be edited', async (editor) => {
  const prompt = 'Plan this: '.padEnd(40_000, 'word ');
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', prompt);
  const toast = await editor.notification(/context/);
  await editor.screenshot('plan-too-long');
  await editor.press(toast, 'Edit Prompt');
  await editor.question('Rumbo: Plan');
  assert.equal((await editor.input.inputValue()).length, prompt.length);
});
