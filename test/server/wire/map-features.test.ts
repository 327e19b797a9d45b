/** A request in the terms of a wire with equivalents only, and the calls of its answer in the request's terms again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mapFeatures } from '../../../server/wire/map-features.ts';
import { ollamaChatFeatures } from '../../../server/wire/wire-features.ts';
import type { WireSupport } from '../../../server/wire/wire-format.ts';
import type { CompletionRequest, Message } from '../../../shared/chat.ts';
import type { WireFeatures } from '../../../shared/features.ts';

const features: WireFeatures = {
  ...ollamaChatFeatures,
  jsonAnswer: 'mapped',
  jsonSchema: 'mapped',
  toolResultImages: 'mapped',
};
const support: WireSupport = { name: 'openai-chat', features };
const mapped = (request: Partial<CompletionRequest>) => mapFeatures({ messages: [], ...request }, support);
const messagesOf = (...messages: Message[]) => mapped({ messages }).request.messages;

test('a request of plain text and plain tools stays the same object', () => {
  const request: CompletionRequest = {
    messages: [
      { role: 'user', content: 'x' },
      { role: 'tool', toolCallId: '1', toolName: 'look', content: 'seen' },
    ],
    tools: [{ name: 'look', inputSchema: {} }],
  };
  assert.equal(mapFeatures(request, support).request, request);
});

test('a document of plain text becomes text with a beginning and an end', () => {
  assert.deepEqual(
    messagesOf({
      role: 'user',
      content: [{ type: 'document', text: 'All.', title: 'a "b"', context: 'c', cache: '5m' }],
    }),
    [
      {
        role: 'user',
        content: [
          {
            type: 'text',
            text: '<document title="a \\"b\\"" context="c">\nAll.\n</document>\n',
            cache: '5m',
          },
        ],
      },
    ],
  );
});

test('pictures of results follow after all results of the turn', () => {
  const picture = { type: 'image', mediaType: 'image/png', data: 'AAAA' } as const;
  const result = (
    toolCallId: string,
    ...content: (typeof picture | { type: 'text'; text: string })[]
  ): Message => ({
    role: 'tool',
    toolCallId,
    toolName: 'shot',
    content,
  });
  const mappedMessages = messagesOf(
    result('1', { type: 'text', text: 'one' }, picture),
    result('2', { type: 'text', text: 'two' }),
    { role: 'assistant', content: 'ok' },
  );
  assert.deepEqual(
    mappedMessages.map(({ role }) => role),
    ['tool', 'tool', 'user', 'assistant'],
  );
  assert.deepEqual(mappedMessages[2]?.content, [
    { type: 'text', text: 'From the result of shot (1):' },
    picture,
  ]);
  assert.deepEqual(messagesOf(result('1', picture)).at(-1)?.role, 'user', 'also at the end');
});

test('a failed tool and a refusal are words', () => {
  assert.deepEqual(
    messagesOf({ role: 'tool', toolCallId: '1', toolName: 'look', content: 'no file', isError: true }),
    [
      {
        role: 'tool',
        toolCallId: '1',
        toolName: 'look',
        content: [
          { type: 'text', text: 'The tool failed: ' },
          { type: 'text', text: 'no file' },
        ],
      },
    ],
  );
  assert.deepEqual(
    messagesOf({ role: 'assistant', content: [{ type: 'refusal', text: 'No.' }] })[0]?.content,
    [{ type: 'text', text: 'No.' }],
  );
});

test('tools, calls, results and the choice have one name, and calls get theirs back', () => {
  const tools = [
    { name: 'open', inputSchema: {}, namespace: 'files' },
    { name: 'open', inputSchema: {}, namespace: 'tabs' },
    { name: 'open', inputSchema: {} },
  ] as const;
  const call = { id: '1', name: 'open', input: '{}', namespace: 'tabs' };
  const { request, restore } = mapped({
    tools,
    toolChoice: { type: 'tool', toolName: 'open', namespace: 'files' },
    messages: [{ role: 'assistant', content: '', toolCalls: [call] }],
  });
  assert.deepEqual(
    request.tools?.map(({ name }) => name),
    ['files__open', 'tabs__open', 'open'],
  );
  assert.deepEqual(request.toolChoice, { type: 'tool', toolName: 'files__open' });
  const [message] = request.messages;
  assert.deepEqual(message?.role === 'assistant' && message.toolCalls, [
    { id: '1', name: 'tabs__open', input: '{}' },
  ]);
  assert.deepEqual(restore?.({ type: 'tool-call', id: '2', name: 'files__open', input: '{}' }), {
    type: 'tool-call',
    id: '2',
    name: 'open',
    namespace: 'files',
    input: '{}',
  });
  assert.deepEqual(restore?.({ type: 'tool-call', id: '2', name: 'open', input: '{}' }), {
    type: 'tool-call',
    id: '2',
    name: 'open',
    input: '{}',
  });
});

test('long and equal names stay different, valid and restorable', () => {
  const word = fc.stringMatching(/^[a-zA-Z_]{1,64}$/);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ namespace: word, name: word }), {
        maxLength: 20,
        selector: ({ namespace, name }) => `${namespace} ${name}`,
      }),
      (pairs) => {
        const tools = pairs.map((pair) => ({ ...pair, inputSchema: {} }));
        const { request, restore } = mapped({ tools });
        const names = request.tools?.map(({ name }) => name) ?? [];
        assert.equal(new Set(names).size, names.length);
        for (const [index, name] of names.entries()) {
          assert.match(name, /^[\w-]{1,64}$/);
          const part = restore?.({ type: 'tool-call', id: '1', name, input: '{}' });
          assert.deepEqual(part, { type: 'tool-call', id: '1', input: '{}', ...pairs[index] });
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('a tool that takes plain text is a function with one string', () => {
  const { request, restore } = mapped({
    tools: [
      { type: 'custom', name: 'patch', description: 'Edits.', grammar: { syntax: 'regex', text: 'a+' } },
    ],
    messages: [
      {
        role: 'assistant',
        content: [{ type: 'tool-call', id: '1', name: 'patch', input: '*** "x"', isCustom: true }],
      },
    ],
  });
  const [tool] = request.tools ?? [];
  assert.ok(tool && tool.type === undefined);
  assert.match(tool.description ?? '', /^Edits\.\n\nThe input must match this regex grammar:\na\+$/);
  assert.deepEqual(request.messages[0]?.content, [
    { type: 'tool-call', id: '1', name: 'patch', input: '{"input":"*** \\"x\\""}' },
  ]);
  for (const [input, expected] of [
    ['{"input":"*** \\"y\\""}', '*** "y"'],
    ['*** plain', '*** plain'],
    ['{"other":1}', '{"other":1}'],
  ] as const)
    assert.deepEqual(restore?.({ type: 'tool-call', id: '2', name: 'patch', input }), {
      type: 'tool-call',
      id: '2',
      name: 'patch',
      input: expected,
      isCustom: true,
    });
});

test('tools and items of another service are left out', () => {
  const { request } = mapped({
    tools: [
      { type: 'hosted', wire: 'openai-responses', name: 'web_search', definition: {} },
      { type: 'hosted', wire: 'openai-chat', name: 'own', definition: {} },
    ],
    messages: [
      {
        role: 'assistant',
        content: [
          { type: 'hosted', wire: 'openai-responses', item: {} },
          { type: 'text', text: 'x' },
        ],
      },
    ],
  });
  assert.deepEqual(
    request.tools?.map(({ name }) => name),
    ['own'],
  );
  assert.deepEqual(request.messages[0]?.content, [{ type: 'text', text: 'x' }]);
});

test('JSON is asked for in words, after the first instructions', () => {
  const { request } = mapped({
    responseFormat: { type: 'json', schema: { type: 'object', required: ['a'] }, description: 'A pair.' },
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'x' },
    ],
  });
  assert.equal(request.responseFormat, undefined);
  assert.deepEqual(
    request.messages.map(({ role }) => role),
    ['system', 'system', 'user'],
  );
  assert.match(
    String(request.messages[1]?.content),
    /JSON Schema:\n\{"type":"object","required":\["a"\]\}\n[\s\S]* A pair\.$/,
  );
});
