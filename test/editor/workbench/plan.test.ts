/** **Rumbo: Plan…** in the packaged extension, against the practice engine. */
import assert from 'node:assert/strict';
import { startPracticeEngine } from '../../support/practice-engine.ts';
import { openEditor, scenarios, withoutLocalEngines } from '../support/editor.ts';

const scenario = scenarios(async (defer) => {
  const engine = await startPracticeEngine({ tokensPerSecond: 60 });
  defer(() => engine.close());
  return openEditor({
    settings: { 'rumbo.providers': { ...withoutLocalEngines, ...engine.config['rumbo.providers'] } },
  });
});

scenario('a plan streams as Markdown beside the open file and ends with its receipt', async (editor) => {
  const file = `${editor.workspace}/src/price.ts`;
  await editor.openFile(file);
  await editor.command('Rumbo: Plan…');
  await editor.answer('Rumbo: Plan', 'Show prices in the currency of the visitor');
  await editor.until(
    () => editor.visibleText('rumbo-answer:'),
    (text) => text.includes('## Steps'),
    'the plan did not arrive',
  );
  await editor.screenshot('plan-streaming');
  await editor.until(
    () => editor.visibleText('rumbo-answer:'),
    (text) => text.includes('Receipt'),
    'the receipt did not arrive',
  );
  await editor.screenshot('plan-done');
  const text = await editor.text('rumbo-answer:');
  assert.match(text, /practice-large/);
});
