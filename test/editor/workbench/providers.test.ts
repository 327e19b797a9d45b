/** The Rumbo view; changes there and in the settings apply to the next request, without a reload. */
import assert from 'node:assert/strict';
import { practiceConfig } from '../../../scripts/practice/start.ts';
import { startPracticeEngine } from '../../support/practice-engine.ts';
import { withoutLocalEngines } from '../../support/without-local-engines.ts';
import { type EditorWindow, openEditorWindow, scenarios } from '../support/editor.ts';

const answer = 'rumbo-answer:';
const { practice } = practiceConfig('')['rumbo.providers'];

const scenario = scenarios(async (defer) => {
  const engine = await startPracticeEngine();
  defer(() => engine.close());
  const provider = (label: string, model: string) => ({
    ...practice,
    label,
    baseUrl: engine.baseUrl,
    models: [model],
  });
  return openEditorWindow({
    settings: {
      'rumbo.routing.strategy': 'priority',
      'rumbo.routing.priorityOrder': ['small', 'large'],
      'rumbo.cache.enabled': false,
      'rumbo.providers': {
        ...withoutLocalEngines,
        small: provider('Small practice', 'practice-small'),
        large: provider('Large practice', 'practice-large'),
        // An unused port.
        unused: {
          kind: 'openai-compatible',
          label: 'Unused lab',
          baseUrl: 'http://127.0.0.1:1/v1',
          source: 'local',
        },
      },
    },
  });
});

/** Requests a plan; returns the model in its receipt. */
async function planned(editor: EditorWindow): Promise<string> {
  await editor.reset();
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', 'Add retries to the upload');
  await editor.shows(answer, /## Receipt[\s\S]*Note:/);
  return /\*\*Model:\*\* (\S+)/.exec(await editor.text(answer))?.[1] ?? '';
}

const strategyIs = (editor: EditorWindow, wanted: string) =>
  editor.until(
    async () => editor.settings()['rumbo.routing.strategy'],
    (value) => value === wanted,
    'the strategy was not written',
  );

scenario('the view lists providers with their state, and their models when expanded', async (editor) => {
  await editor.page.locator('.activitybar [aria-label="Rumbo"]').first().click();
  await editor.row(/Small practice.*ready · 1 model/).waitFor();
  await editor.row(/Unused lab.*unreachable/).waitFor();
  await editor.row(/OpenAI.*no key/).waitFor();
  await editor.row(/Ollama.*off/).waitFor();
  await editor.expand(/Small practice/);
  await editor.row(/practice-small.*local.*tier 2.*32k.*free/).waitFor();
  await editor.row('Canned replies').waitFor();
  await editor.expand(/Unused lab/);
  await editor.row(/refused|reach|connect/i).waitFor();
  await editor.screenshot('providers');
  // Collapsed again, so that the rows below are visible.
  await editor.expand(/Unused lab/, false);
});

scenario('the status bar shows the strategy and opens the menu', async (editor) => {
  await editor.status('Rumbo: priority').click();
  await editor.question('Rumbo');
  await editor.rows.filter({ hasText: 'Explain Route…' }).waitFor();
  await editor.screenshot('menu');
});

scenario('a model that is locked in the tree does not answer; unlocked, it answers again', async (editor) => {
  assert.equal(await planned(editor), 'small/practice-small');
  await editor.act(/practice-small.*free/, 'Lock');
  await editor.row(/practice-small.*locked/).waitFor();
  assert.deepEqual(editor.settings()['rumbo.models'], { 'small/practice-small': { locked: true } });
  assert.equal(await planned(editor), 'large/practice-large');
  await editor.screenshot('providers-locked');
  await editor.expand(/Large practice/);
  await editor.row(/Last: .*practice-large/).waitFor();
  await editor.screenshot('providers-last');
  await editor.act(/practice-small.*locked/, 'Unlock');
  await editor.row(/practice-small.*locked/).waitFor({ state: 'detached' });
  assert.equal(await planned(editor), 'small/practice-small');
});

scenario('a changed priority order applies to the next request', async (editor) => {
  await editor.set({ 'rumbo.routing.priorityOrder': ['large', 'small'] });
  assert.equal(await planned(editor), 'large/practice-large');
  await editor.set({ 'rumbo.routing.priorityOrder': ['small', 'large'] });
  assert.equal(await planned(editor), 'small/practice-small');
});

scenario('the strategy can be chosen from the palette and in the Settings UI', async (editor) => {
  await editor.command('Rumbo: Choose Strategy…', 'how to choose between models');
  await editor.screenshot('choose-strategy');
  await editor.pick('quality');
  await strategyIs(editor, 'quality');
  assert.equal(await planned(editor), 'large/practice-large');

  await editor.reset();
  await editor.command('Preferences: Open Settings (UI)');
  await editor.page.locator('.settings-editor .search-container .view-lines').click();
  await editor.page.keyboard.type('rumbo.routing');
  const strategy = editor.page.locator('.settings-editor .setting-item', { hasText: 'Strategy' }).first();
  await strategy.locator('select').waitFor();
  await editor.screenshot('settings');
  await strategy.locator('select').selectOption('priority');
  await strategyIs(editor, 'priority');
  assert.equal(await planned(editor), 'small/practice-small');
});

scenario('Explain Route lists candidates and excluded models, and sends no request', async (editor) => {
  await editor.command('Rumbo: Explain Route…', 'Rumbo: Explain Route');
  await editor.answer('Rumbo: Explain Route', 'Add retries to the upload');
  await editor.shows(answer, 'Candidates, in order');
  await editor.screenshot('explain-route');
  const text = await editor.text(answer);
  assert.match(text, /Nothing was sent to any provider and no tokens were spent\./);
  assert.match(
    text,
    /1\. \*\*small\/practice-small\*\*, free\n[\s\S]*2\. \*\*large\/practice-large\*\*, free/,
  );
  assert.match(text, /## Excluded models\n\n[\s\S]*no API key/);
});

scenario('Why This Model? shows the last receipt', async (editor) => {
  const model = await planned(editor);
  await editor.reset();
  await editor.command('Rumbo: Why This Model?');
  await editor.shows(answer, `# Why ${model}?`);
  await editor.screenshot('why-this-model');
  assert.match(await editor.text(answer), /\*\*Why:\*\* .*\n/);
});

scenario('the status bar shows the last answer and opens its explanation', async (editor) => {
  const model = await planned(editor);
  await editor.reset();
  await editor.status(new RegExp(`${model} · .* · free`)).click();
  await editor.shows(answer, `# Why ${model}?`);
});

scenario('an invalid setting is reported once, with a button that opens it', async (editor) => {
  await editor.set({ 'rumbo.models': { 'small/practice-small': { tier: 9 } } });
  const toast = await editor.notification(/rumbo\.models.*tier/);
  await editor.screenshot('bad-setting');
  await editor.status('Rumbo: settings').waitFor();
  await editor.press(toast, 'Open Settings');
  await editor.page.locator('.tab', { hasText: 'settings.json' }).waitFor();
  await editor.set({ 'rumbo.models': undefined });
  await editor.status('Rumbo: settings').waitFor({ state: 'detached' });
});

scenario('the log names the model that answered, and never the prompt', async (editor) => {
  const model = await planned(editor);
  await editor.command('Rumbo: Show Log');
  const log = editor.page.locator('.part.panel', { hasText: 'Output' });
  await log.getByText(`planner: ${model}, stop`).last().waitFor();
  await editor.screenshot('log');
  assert.doesNotMatch((await log.textContent()) ?? '', /retries/);
  await editor.command('View: Hide Panel');
});
