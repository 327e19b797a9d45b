/** The official `openai` package, which these services recommend, reads their fakes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { engines } from '../../../server/engines/table.ts';
import { fakedEngines } from '../../support/faults/engines.ts';
import { callReply, key, rejection, reply, weatherCall } from './same-reply.ts';

const model = 'fake-model';
const messages = [{ role: 'user' as const, content: 'hi' }];

/** OpenAI's own APIs have a test of their own. */
const copies = new Set(
  engines.flatMap(({ kind, readme }) =>
    kind !== 'openai' && readme.chat.startsWith('Chat Completions') ? [kind] : [],
  ),
);

for (const { kind, make } of fakedEngines.filter((fake) => copies.has(fake.kind))) {
  test(`${kind}: text, a call, the list of models and an error response`, async (t) => {
    const fake = await make({ key, models: [model] });
    t.after(fake.close);
    const baseURL = `${fake.baseUrl.replace(/\/v1$/, '')}/v1`;
    const client = new OpenAI({ apiKey: key, baseURL, maxRetries: 0 });
    const stream_options = { include_usage: true };
    // Mistral's thoughts are lists, which only its own package reads.
    const { reasoning: _, ...plain } = reply;
    fake.reply = kind === 'mistral' ? plain : reply;
    const spoken = await client.chat.completions
      .stream({ model, messages, stream_options })
      .finalChatCompletion();
    assert.equal(spoken.choices[0]?.message.content, reply.text);
    assert.equal(spoken.choices[0]?.finish_reason, 'stop');
    assert.equal(spoken.usage?.total_tokens, 150);

    fake.reply = callReply;
    const called = await client.chat.completions.stream({ model, messages }).finalChatCompletion();
    const [call] = called.choices[0]?.message.tool_calls ?? [];
    assert.ok(call?.type === 'function');
    assert.deepEqual({ id: call.id, name: call.function.name, input: call.function.arguments }, weatherCall);

    const models = await Array.fromAsync(client.models.list());
    assert.deepEqual(
      models.map(({ id }) => id),
      [model],
    );
    const unauthorized = new OpenAI({ apiKey: 'wrong', baseURL, maxRetries: 0 });
    assert.ok((await rejection(unauthorized.models.list())) instanceof OpenAI.AuthenticationError);
  });
}
