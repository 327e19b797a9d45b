/** Calls that a model wrote into its text, cut anywhere; what is no call stays text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutTemplateTokens } from '../../../server/wire/template-tokens.ts';
import type { StreamDecoder } from '../../../server/wire/wire-format.ts';
import type { EnginePart, FinishReason } from '../../../shared/chat.ts';

/** The answer as the user gets it, from pieces of its text. */
function answer(pieces: readonly string[], reason: FinishReason = 'stop', prompt = 'Read x.') {
  const events: EnginePart[][] = [
    ...pieces.map((text): EnginePart[] => [{ type: 'text-delta', text }]),
    [{ type: 'finish', reason }],
  ];
  const decoder: StreamDecoder = { mayEnd: () => false, read: () => events.shift() ?? [], end: () => [] };
  const filtered = withoutTemplateTokens(decoder, {
    messages: [{ role: 'user', content: prompt }],
    tools: [{ name: 'read', inputSchema: {} }],
  });
  const event = { event: '', data: '' } as never;
  const parts = [...pieces, ''].flatMap(() => filtered.read(event));
  return {
    text: parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join(''),
    calls: parts.flatMap((part) => (part.type === 'tool-call' ? [[part.name, part.input]] : [])),
    reason: parts.find((part) => part.type === 'finish')?.reason,
  };
}

const callOf = (path: string, field = 'arguments'): string =>
  `<tool_call>\n{"name": "read", "${field}": {"path": "${path}"}}\n</tool_call>`;
const x = ['read', '{"path":"x"}'];
const y = ['read', '{"path":"y"}'];

test('a call in the text is a tool call, however it is cut', () => {
  const text = `Let me look.\n${callOf('x')}\n${callOf('y', 'parameters')}`;
  for (const size of [1, 2, 3, 7, 11, 400]) {
    const pieces = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
    assert.deepEqual(answer(pieces), { text: 'Let me look.\n', calls: [x, y], reason: 'tool-calls' });
  }
});

test('a call at the end needs no closing tag, unless the answer was cut', () => {
  const open = callOf('x').replace('\n</tool_call>', '');
  assert.deepEqual(answer([open]), { text: '', calls: [x], reason: 'tool-calls' });
  assert.deepEqual(answer([open], 'length'), { text: open, calls: [], reason: 'length' });
  const cut = open.slice(0, -6);
  assert.deepEqual(answer([cut]), { text: cut, calls: [], reason: 'stop' });
});

test('what calls no tool of the request, is code, or is what the conversation is about, stays text', () => {
  for (const text of [
    callOf('x').replace('read', 'zap'),
    '<tool_call>\nread(x)\n</tool_call>',
    `\`\`\`\n${callOf('x')}\n\`\`\``,
    'a < b <tool_cal',
    '<tool_call><tool_call>',
  ])
    assert.deepEqual(answer([...text]), { text, calls: [], reason: 'stop' }, text);
  const about = answer([callOf('x')], 'stop', 'What is <tool_call>?');
  assert.deepEqual([about.text, about.calls], [callOf('x'), []]);
});

test('a block without an end is read once, not again with each piece', () => {
  const pieces = Array.from({ length: 20_000 }, () => '{<a');
  const startedAt = performance.now();
  const { text } = answer(['<tool_call>', ...pieces]);
  assert.equal(text.length, '<tool_call>'.length + pieces.length * 3);
  assert.ok(performance.now() - startedAt < 5_000);
});
