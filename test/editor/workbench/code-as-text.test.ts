/** **Rumbo: Code…** with answers that are not the whole new code: asked once more, or shown as text. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { withoutLocalEngines } from '../../support/without-local-engines.ts';
import { type EditorWindow, openEditorWindow, scenarios } from '../support/editor.ts';

const answer = 'rumbo-answer:';
const proposal = 'rumbo-proposal:';
const coder = await fakeOpenAi({ delayMs: 20 });

const scenario = scenarios(async (defer) => {
  defer(() => coder.close());
  return openEditorWindow({
    settings: {
      'files.autoSave': 'off',
      'rumbo.cache.enabled': false,
      'rumbo.providers': {
        ...withoutLocalEngines,
        coder: { kind: 'openai-compatible', label: 'Coder lab', baseUrl: coder.baseUrl, source: 'local' },
      },
    },
  });
});

/** Selects the whole sample file and requests a change of it. */
async function requestCode(editor: EditorWindow): Promise<{ path: string; before: string }> {
  const path = `${editor.workspace}/src/price.ts`;
  await editor.openFile(path, 1);
  await editor.page.keyboard.press('Control+A');
  await editor.status(/selected/).waitFor();
  await editor.command('Rumbo: Code…', 'Rumbo: Code, src/price.ts');
  await editor.answer('Rumbo: Code, src/price.ts', 'Make it better');
  return { path, before: readFileSync(path, 'utf8') };
}

scenario('a question of the model is shown as text, and the file stays as it was', async (editor) => {
  coder.reply = { text: 'Which of the functions do you want me to change? There are two of them.' };
  const { path, before } = await requestCode(editor);
  const toast = await editor.notification('asks a question instead of answering with code');
  await editor.screenshot('code-question');
  assert.match(
    await editor.sentence(toast),
    /^The model asks a question instead of answering with code: it is shown as text, and price\.ts was not changed\./,
  );
  await editor.shows(answer, /Which of the functions/);
  assert.equal(await editor.page.locator('.tab', { hasText: 'proposed change' }).count(), 0);
  assert.equal(await editor.text(editor.uriOf(path)), before);
  assert.equal(coder.chats.length, 1);
});

scenario(
  'an answer that leaves out code is requested once more, and its change is proposed',
  async (editor) => {
    const replies = [
      '```ts\nexport const one = 1;\n// ... rest of the file unchanged\n```',
      '```ts\nexport const whole = 1;\n```',
    ];
    coder.reply = () => replies.shift() ?? 'too often';
    const { path, before } = await requestCode(editor);
    await editor.notification('Proposed change to price.ts');
    await editor.screenshot('code-asked-again');
    await editor.shows(proposal, /export const whole = 1;/);
    assert.doesNotMatch(await editor.text(proposal), /rest of the file/);
    assert.equal(await editor.text(editor.uriOf(path)), before);
    assert.equal(replies.length, 0);
  },
);
