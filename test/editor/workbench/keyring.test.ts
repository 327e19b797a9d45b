/** A key set through the palette and stored in a real Secret Service. */
import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FakeProvider } from '../../support/fake-providers/fake-provider.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { type SecretService, secretService } from '../../support/secret-service.ts';
import { withoutLocalEngines } from '../../support/without-local-engines.ts';
import { type EditorWindow, openEditorWindow, scenarios } from '../support/editor.ts';

const answer = 'rumbo-answer:';
const key = 'sk-kept-by-the-keyring-4711';
let service: SecretService;
let openai: FakeProvider;

const scenario = scenarios(async (defer) => {
  service = await secretService();
  defer(() => service.close());
  openai = await fakeOpenAi({ key, models: ['gpt-fake'], reply: 'A plan from behind a key.' });
  defer(() => openai.close());
  return openEditorWindow({
    env: { ...service.env, OPENAI_API_KEY: undefined },
    settings: {
      'rumbo.cache.enabled': false,
      // On a remote machine, as code-server is one, the editor's own storage comes first.
      'rumbo.keys.store': 'keychain',
      'rumbo.providers': {
        ...withoutLocalEngines,
        openai: { baseUrl: openai.baseUrl, models: ['gpt-fake'] },
      },
    },
  });
});

async function plansWithKey(editor: EditorWindow): Promise<void> {
  const before = openai.chats.length;
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', 'Anything');
  await editor.shows(answer, 'A plan from behind a key.');
  await editor.shows(answer, 'openai/gpt-fake');
  assert.equal(openai.chats.length, before + 1);
  assert.equal(openai.chats.at(-1)?.headers['authorization'], `Bearer ${key}`);
}

/** Files of the profile that hold these bytes. */
function filesWith(folder: string, bytes: string): string[] {
  return globSync('**/*', { cwd: folder })
    .filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
    .filter((name) => readFileSync(join(folder, name)).includes(bytes));
}

scenario('a key is typed into a password box, saved in the keychain, and used', async (editor) => {
  await editor.command('Rumbo: Set API Key…', 'Set the key of which provider?');
  await editor.screenshot('set-key-provider');
  await editor.pick('openai');
  await editor.question('Rumbo: API key of OpenAI');
  assert.equal(await editor.input.getAttribute('type'), 'password');
  await editor.screenshot('set-key');
  await editor.answer('Rumbo: API key of OpenAI', key);
  await editor.notification(
    'The key of OpenAI is saved in the system’s keychain. OpenAI accepted it: 1 model.',
  );
  await editor.screenshot('key-saved');
  await plansWithKey(editor);
});

scenario('the keyring has the key, for its origin; no file of the profile has it', async (editor) => {
  const found = service.search('rumbo');
  assert.match(found, new RegExp(`secret = ${key}`));
  assert.ok(found.includes(`openai@${new URL(openai.baseUrl).origin}`), found);
  assert.deepEqual(filesWith(editor.profile, key), []);
  // The search finds text that is present.
  assert.ok(filesWith(editor.profile, openai.baseUrl).some((name) => name.endsWith('settings.json')));
  assert.ok(!JSON.stringify(await editor.page.evaluate('Object.entries(localStorage)')).includes(key));
});

scenario('the key is still there after a reload', async (editor) => {
  await editor.reload();
  await plansWithKey(editor);
});

scenario('a removed key is gone from the keyring and from the next request', async (editor) => {
  await editor.command('Rumbo: Remove API Key…', 'Remove the key of which provider?');
  await editor.pick('openai');
  await editor.notification('The key of OpenAI was removed.');
  assert.doesNotMatch(service.search('rumbo'), /secret/);
  const before = openai.chats.length;
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', 'Anything');
  await editor.notification(/no API key|No model can answer|no model/i);
  await editor.screenshot('key-removed');
  assert.equal(openai.chats.length, before);
});
