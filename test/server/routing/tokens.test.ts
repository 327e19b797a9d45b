/** Everything that a service reads of a request counts as its prompt. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promptTokens } from '../../../server/routing/tokens.ts';
import type { Message, Tool } from '../../../shared/chat.ts';
import type { AssistantPart } from '../../../shared/content.ts';

const user = (content: string): Message => ({ role: 'user', content });
const long = 'word '.repeat(2_000);

test('a longer message, call, result, id, name or signature is a longer prompt', () => {
  const call = { id: 'a', name: 'f', input: '{}' };
  const plain: readonly Message[] = [
    user('hi'),
    { role: 'assistant', content: '', toolCalls: [call] },
    { role: 'tool', toolCallId: 'a', toolName: 'f', content: 'r' },
  ];
  const { estimated, max } = promptTokens(plain);
  const longer: readonly (readonly Message[])[] = [
    [user(long), ...plain.slice(1)],
    [plain[0] as Message, { role: 'assistant', content: long, toolCalls: [call] }, plain[2] as Message],
    ...(['id', 'name', 'input', 'signature'] as const).map((field): readonly Message[] => [
      plain[0] as Message,
      { role: 'assistant', content: '', toolCalls: [{ ...call, [field]: long }] },
      plain[2] as Message,
    ]),
    ...(['toolCallId', 'toolName', 'content'] as const).map((field): readonly Message[] => [
      ...plain.slice(0, 2),
      { role: 'tool', toolCallId: 'a', toolName: 'f', content: 'r', [field]: long },
    ]),
  ];
  for (const messages of longer) {
    const tokens = promptTokens(messages);
    assert.ok(tokens.estimated - estimated > 2_000, JSON.stringify(messages).slice(0, 80));
    assert.ok(tokens.max - max >= long.length - 2);
  }
});

test('tools count with their descriptions and schemas, and with what a service adds for them', () => {
  const tool = (description: string): Tool => ({
    name: 'f',
    description,
    inputSchema: { type: 'object', properties: { a: { type: 'string', description } } },
  });
  const without = promptTokens([user('hi')]);
  const short = promptTokens([user('hi')], [tool('d')]);
  const wordy = promptTokens([user('hi')], [tool(long)]);
  assert.ok(short.estimated > without.estimated + 30);
  assert.ok(short.max > without.max + 1_000);
  assert.ok(wordy.estimated - short.estimated > 4_000, 'description and schema');
  assert.ok(wordy.max - short.max > 2 * long.length - 10);
});

test('a picture has its price, and the most that any service counts in the worst case', () => {
  const picture: Message = {
    role: 'user',
    content: [{ type: 'image', mediaType: 'image/png', data: 'AAAA' }],
  };
  const { estimated, max } = promptTokens([picture]);
  assert.ok(estimated >= 1_000 && max >= 6_000);
});

test('parts count as text does: thoughts, calls in the content, results in parts, hosted items, the schema of the answer', () => {
  const answer = (...content: readonly AssistantPart[]): readonly Message[] => [
    user('hi'),
    { role: 'assistant', content },
  ];
  const base = promptTokens(answer({ type: 'text', text: 'a' }));
  const call = { type: 'tool-call', id: 'a', name: 'f', input: '{}' } as const;
  for (const messages of [
    answer({ type: 'text', text: long }),
    answer({ type: 'reasoning', text: long }),
    answer({ type: 'reasoning', text: '', signature: long }),
    answer({ ...call, input: long }),
    answer({ type: 'refusal', text: long }),
    answer({ type: 'hosted', wire: 'openai-responses', item: { text: long } }),
    [user('hi'), { role: 'tool', toolCallId: 'a', toolName: 'f', content: [{ type: 'text', text: long }] }],
    [user('hi'), { role: 'user', content: [{ type: 'document', text: long }] }],
  ] as const) {
    const { estimated, max } = promptTokens(messages);
    assert.ok(estimated - base.estimated > 2_000, JSON.stringify(messages).slice(0, 120));
    assert.ok(max - base.max >= long.length - 2);
  }
  assert.ok(promptTokens([user('hi')], [], { description: long }).estimated > 2_000);
});
