/** Interrupted answers, refused keys and rate limits in the packaged extension. */
import assert from 'node:assert/strict';
import type { Body } from '../../support/fake-providers/fake-provider.ts';
import { fakeOpenAi } from '../../support/fake-providers/openai.ts';
import { withoutLocalEngines } from '../../support/without-local-engines.ts';
import { type EditorWindow, openEditorWindow, scenarios } from '../support/editor.ts';

const answer = 'rumbo-answer:';
const prompt = 'Add retries to the upload';
const whole = `## Steps

1. **Find the call.** All uploads go through \`send()\` in \`src/upload.ts\`; nothing else opens a connection.
2. **Wrap it.** A failed attempt waits twice as long as the one before, up to thirty seconds:

   \`\`\`ts
   export const retried = async <T>(work: () => Promise<T>, attempts = 3): Promise<T> => {
     for (let attempt = 1; ; attempt++) {
       try {
         return await work();
       } catch (error) {
         if (attempt >= attempts) throw error;
         await pause(2 ** attempt * 500);
       }
     }
   };
   \`\`\`

3. **Say so.** The progress bar names the attempt, so that a slow network does not look like a frozen window.

## Tests

- A first attempt that fails is followed by a second.
- The third failure reaches the user with its reason.
`;
const anew = '## Plan\n\n1. Write `retried()` and its tests.\n2. Use it in `send()`.\n';

/** A model's reply to a prefill is the rest of the answer. */
function rest(body: Body): string {
  const messages = body['messages'] as readonly { readonly role: string; readonly content: string }[];
  const prefix = messages.findLast(({ role }) => role === 'assistant')?.content;
  return prefix === undefined ? anew : whole.slice(prefix.length);
}

const flaky = await fakeOpenAi({ reply: whole, delayMs: 25, fault: { kind: 'reset', afterWords: 62 } });
const steady = await fakeOpenAi({ reply: rest, delayMs: 25 });
const paid = await fakeOpenAi({
  key: 'sk-good',
  models: ['quick', 'clever'],
  headers: {
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '3',
    'x-ratelimit-reset-requests': '25m',
    'x-ratelimit-limit-tokens': '30000',
    'x-ratelimit-remaining-tokens': '21500',
    'x-ratelimit-reset-tokens': '40s',
  },
});

const provider = ({ baseUrl }: typeof flaky, label: string) => ({
  kind: 'openai-compatible',
  label,
  baseUrl,
  source: 'local',
});
/** The cloud providers are configured from the start, since the server gets the variables of their keys when it is forked. */
const providers = (enabled: boolean) => {
  const cloud = { source: 'api', models: ['quick', 'clever'], enabled };
  return {
    ...withoutLocalEngines,
    flaky: provider(flaky, 'Flaky lab'),
    steady: provider(steady, 'Steady lab'),
    refused: { ...provider(paid, 'Refused lab'), ...cloud, keyEnv: 'BAD_KEY' },
    paid: { ...provider(paid, 'Paid lab'), ...cloud, keyEnv: 'GOOD_KEY' },
  };
};

const scenario = scenarios(async (defer) => {
  for (const each of [flaky, steady, paid]) defer(() => each.close());
  return openEditorWindow({
    env: { GOOD_KEY: 'sk-good', BAD_KEY: 'sk-bad' },
    settings: {
      'rumbo.routing.strategy': 'priority',
      'rumbo.routing.priorityOrder': ['flaky', 'steady'],
      'rumbo.cache.enabled': false,
      'rumbo.providers': providers(false),
    },
  });
});

async function ask(editor: EditorWindow): Promise<void> {
  await editor.command('Rumbo: Plan…', 'Rumbo: Plan');
  await editor.answer('Rumbo: Plan', prompt);
}

scenario('an interrupted plan is continued by another model, and says so', async (editor) => {
  await ask(editor);
  await editor.shows(answer, /took over from flaky\/fake-model/);
  await editor.screenshot('interrupted-continuing');
  await editor.shows(answer, /\*\*Takeover:\*\*/);
  await editor.screenshot('interrupted-continued');
  const text = await editor.text(answer);
  assert.ok(text.includes(whole.trimEnd()), text);
  assert.match(
    text,
    /\*steady\/fake-model took over from flaky\/fake-model\. The receipt says where and why\.\*\n\n---\n\n## Receipt/,
  );
  assert.match(text, /\*\*Model:\*\* steady\/fake-model\n/);
});

scenario('with “restart” the shown text is discarded, and the answer starts over', async (editor) => {
  await editor.set({ 'rumbo.routing.onInterruption': 'restart' });
  await ask(editor);
  await editor.shows(answer, '## Receipt');
  await editor.screenshot('interrupted-restarted');
  const text = await editor.text(answer);
  const [aside = '', after = ''] = text.split(/\n---\n\n(?=## Plan)/);
  assert.match(
    aside,
    /\*\*Discarded\*\*, from flaky\/fake-model: .* steady\/fake-model starts over below\.\n\n> ## Steps/,
  );
  assert.ok(after.startsWith(anew.trimEnd()), text);
  assert.doesNotMatch(after, /## Steps/);
  await editor.set({ 'rumbo.routing.onInterruption': undefined });
});

scenario(
  'when every model is interrupted, the received text stays and is marked incomplete',
  async (editor) => {
    steady.fault = { kind: 'reset', afterWords: 5 };
    await ask(editor);
    await editor.shows(answer, '**Incomplete:**');
    await editor.screenshot('interrupted-incomplete');
    const text = await editor.text(answer);
    assert.match(text, /1\. \*\*Find the call\.\*\*/);
    assert.match(text, /\n---\n\n\*\*Incomplete:\*\* [^\n]+\n$/);
    assert.doesNotMatch(text, /## Receipt/);
    steady.fault = undefined;
  },
);

scenario('the view shows the remaining rate limit, and which key was refused', async (editor) => {
  await editor.page.locator('.activitybar [aria-label^="Rumbo"]').first().click();
  await editor.set({
    'rumbo.routing.priorityOrder': ['refused', 'paid', 'steady'],
    'rumbo.providers': providers(true),
  });
  await ask(editor);
  await editor.notification(/answered instead/);
  await editor.screenshot('key-refused');
  await editor.row(/Refused lab.*key refused/).waitFor();
  await editor.expand(/Paid lab/);
  await editor.row(/3\/60 requests left.*resets at/).waitFor();
  await editor.screenshot('providers-limits');
});
