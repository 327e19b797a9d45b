/** An empty profile on a machine without a keychain: the three ways to start, and their errors. */
import assert from 'node:assert/strict';
import type { FakeProvider } from '../../support/fake-providers/fake-provider.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { noSecretService } from '../../support/secret-service.ts';
import { withoutLocalEngines } from '../../support/without-local-engines.ts';
import { openEditorWindow, scenarios } from '../support/editor.ts';

const answer = 'rumbo-answer:';
const key = 'sk-right-4711';
let openai: FakeProvider;

const scenario = scenarios(async (defer) => {
  openai = await fakeOpenAi({ key, models: ['gpt-fake'], reply: 'At your service.' });
  defer(() => openai.close());
  return openEditorWindow({
    // Without keys, and without an Ollama that may run here.
    env: { ...noSecretService, ...withoutKeys(), OLLAMA_HOST: '127.0.0.1:1' },
  });
});

const withoutKeys = (): Record<string, undefined> =>
  Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => /_API_KEY/.test(name))
      .map((name) => [name, undefined]),
  );

scenario('with nothing set up the view explains Rumbo and offers three ways to start', async (editor) => {
  await editor.page.locator('.activitybar [aria-label="Rumbo"]').first().click();
  const welcome = editor.page.locator('.welcome-view');
  for (const way of ['Add an API Key', 'Look for a Local Engine', 'Add an Endpoint'])
    await welcome.locator('.monaco-button', { hasText: way }).waitFor();
  await editor.screenshot('welcome');
  await welcome.locator('.monaco-button', { hasText: 'Add an Endpoint' }).click();
  await editor.shows('vscode-remote:', 'rumbo.providers');
  await editor.screenshot('name-endpoint');
});

scenario(
  'with nothing set up a plan fails with one sentence that says what to do, and the prompt is kept',
  async (editor) => {
    await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
    await editor.answer('Rumbo: Plan', 'Something worth keeping');
    const toast = await editor.notification(/Add a key, start a local engine, or add an endpoint/);
    await editor.screenshot('nothing-set-up');
    assert.match(await editor.text(answer), /\*\*Not answered:\*\* .*Add a key, start a local engine/);
    await editor.press(toast, 'Show Providers');
    await editor.page.locator('.welcome-view').waitFor();
    await editor.command('Rumbo: Plan…');
    await editor.question('Rumbo: Plan');
    assert.equal(await editor.input.inputValue(), 'Something worth keeping');
  },
);

scenario(
  'a wrong key is refused in one sentence, with a button that leads to the right one',
  async (editor) => {
    await editor.set({
      'rumbo.cache.enabled': false,
      // On a remote machine, as code-server is one, the editor's own storage would come first.
      'rumbo.keys.store': 'memory',
      'rumbo.providers': {
        ...withoutLocalEngines,
        openai: { baseUrl: openai.baseUrl, models: ['gpt-fake'] },
      },
    });
    await editor.command('Rumbo: Set API Key…', 'Set the key of which provider?');
    await editor.pick('openai');
    await editor.answer('Rumbo: API key of OpenAI', 'sk-wrong');
    const toast = await editor.notification('OpenAI refused this key, so it was not saved.');
    await editor.screenshot('wrong-key');
    assert.doesNotMatch(await editor.sentence(toast), /sk-wrong|\n| at /);
    await editor.press(toast, 'Try Again');
    await editor.answer('Rumbo: API key of OpenAI', key);
    // On a remote machine, as code-server is one, the editor's own storage comes first.
    const saved = await editor.notification(/The key of OpenAI is saved in the editor.s secret/);
    await editor.screenshot('key-in-editor');
    assert.match(await editor.sentence(saved), /OpenAI accepted it/);
  },
);

scenario('the saved key is used', async (editor) => {
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', 'Anything');
  await editor.shows(answer, 'At your service.');
  assert.equal(openai.chats.at(-1)?.headers['authorization'], `Bearer ${key}`);
});

scenario('a key with whitespace in it is refused in the input box', async (editor) => {
  await editor.command('Rumbo: Set API Key…', 'Set the key of which provider?');
  await editor.pick('openai');
  await editor.pick('Replace the key');
  await editor.answer('Rumbo: API key of OpenAI', 'sk with a space');
  await editor.page.locator('.quick-input-widget:visible', { hasText: 'copy it again' }).waitFor();
});
