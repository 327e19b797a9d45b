/** Pictures in text from a model or provider could leak data: a canary's picture is in every text that Rumbo shows. */
import assert from 'node:assert/strict';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { withoutLocalEngines } from '../../support/without-local-engines.ts';
import { type Canary, canary } from '../support/canary.ts';
import { type EditorWindow, openEditorWindow, scenarios } from '../support/editor.ts';

const answer = 'rumbo-answer:';
const blocked: string[] = [];
let bird: Canary;

const picture = (where: string) => `![${where}](${bird.origin}/${where}.png)`;

const scenario = scenarios(async (defer) => {
  bird = await canary();
  defer(() => bird.close());
  const code = `\`\`\`ts\n// ${picture('code')}\nexport const a = 1; // <img src="${bird.origin}/html.png">\n\`\`\``;
  const fake = await fakeOpenAi({
    models: ['fake-model'],
    reply: (body) =>
      JSON.stringify(body).includes('pass it on')
        ? code
        : `# Hello\n\n${picture('answer')}\n\n<img src="${bird.origin}/html.png">\n\n[link](${bird.origin}/link)\n`,
  });
  defer(() => fake.close());
  const broken = await fakeOpenAi({
    fail: { status: 400, body: { error: { message: `Bad ${picture('error')}`, type: 'x' } } },
  });
  defer(() => broken.close());
  const provider = { kind: 'openai-compatible', source: 'local' };
  const editor = await openEditorWindow({
    settings: {
      'rumbo.providers': {
        ...withoutLocalEngines,
        lab: {
          ...provider,
          baseUrl: fake.baseUrl,
          label: picture('label').slice(0, 60),
          note: picture('note'),
        },
        broken: { ...provider, baseUrl: broken.baseUrl, enabled: false },
      },
    },
  });
  // What the window's own policy refuses to load never reaches the canary, but should not be tried either.
  editor.page.on('console', (message) => {
    const text = message.text();
    if (/content security policy|refused to load/i.test(text) && text.includes(bird.origin))
      blocked.push(text);
  });
  return editor;
});

/** No request arrived, none was blocked, and no picture is in the page. */
async function nothingFetched({ page }: EditorWindow): Promise<void> {
  assert.deepEqual(bird.requests, []);
  assert.deepEqual(blocked, []);
  assert.equal(await page.locator(`img[src*="${new URL(bird.origin).host}"]`).count(), 0);
}

scenario('an answer and its receipt', async (editor) => {
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', `Say hello ${picture('prompt')}`);
  await editor.shows(answer, /answer\.png[\s\S]*Receipt/);
  await nothingFetched(editor);
  await editor.reset();
  await editor.command('Rumbo: Why This Model?');
  await editor.shows(answer, '# Why');
  await nothingFetched(editor);
});

scenario('a proposed change and its notification', async (editor) => {
  await editor.openFile(`${editor.workspace}/src/price.ts`, 3);
  await editor.command('Rumbo: Code…', 'Rumbo: Code');
  await editor.answer('Rumbo: Code', 'pass it on');
  await editor.notification('Proposed change');
  await editor.shows('rumbo-proposal:', 'code.png');
  await editor.screenshot('canary');
  await nothingFetched(editor);
});

scenario('the tree, its tooltips and the status bar’s', async (editor) => {
  await editor.page.locator('.activitybar [aria-label="Rumbo"]').first().click();
  const row = editor.row(/ready · 1 model/);
  await row.waitFor();
  await editor.tooltip(row.locator('.label-name'), 'note.png');
  await editor.screenshot('canary-tooltip');
  await nothingFetched(editor);
  await editor.expand(/ready · 1 model/);
  await editor.row('note.png').waitFor();
  await editor.tooltip(editor.status(/Rumbo|fake-model/), 'note.png');
  await nothingFetched(editor);
});

scenario('an error message of a provider', async (editor) => {
  const { lab, broken, ...others } = editor.settings()['rumbo.providers'] as Record<string, object>;
  await editor.set({
    'rumbo.providers': { ...others, lab: { ...lab, enabled: false }, broken: { ...broken, enabled: true } },
  });
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', 'Fail, please');
  await editor.shows(answer, 'Not answered');
  await editor.screenshot('canary-error');
  await nothingFetched(editor);
});

scenario('the canary detects a loaded picture', async ({ page }) => {
  await page.evaluate(`new Image().src = ${JSON.stringify(`${bird.origin}/control.png`)}`);
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await page.waitForTimeout(50))
    if (bird.requests.length + blocked.length > 0) return;
  assert.fail('a picture was loaded without being detected');
});
