/** Which params are valid, and which are rejected by name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateCorrection, validateRequest } from '../../../server/orchestration/validate-request.ts';
import { AskParams } from '../../../shared/ask.ts';
import type { Message, Tool, ToolChoice } from '../../../shared/chat.ts';

const tools = [{ name: 'look', inputSchema: { type: 'object' } }];

/** Every field once; the compiler requires new ones here. */
const whole: Required<Omit<AskParams, 'prompt'>> = {
  messages: [
    { role: 'system', content: 's' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'x' },
        { type: 'image', mediaType: 'image/png', data: 'AAAA' },
      ],
    },
    { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'look', input: '{}', signature: 's' }] },
    { role: 'tool', toolCallId: '1', toolName: 'look', content: 'seen' },
  ],
  role: 'coder',
  task: 'general',
  model: 'lab/one',
  strongerThan: 'lab/two',
  file: {
    uri: 'file:///a.ts',
    languageId: 'typescript',
    text: 'x',
    selection: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } },
  },
  tools,
  toolChoice: { type: 'tool', toolName: 'look' },
  parallelToolCalls: false,
  maxOutputTokens: 10,
  temperature: 0.2,
  topP: 0.9,
  stop: ['END'],
  seed: 7,
  topK: 40,
  frequencyPenalty: 0.5,
  presencePenalty: -0.5,
  reasoning: { effort: 'low', budgetTokens: 100 },
  responseFormat: { type: 'json', schema: { type: 'object' }, name: 'answer' },
  prediction: 'the file as it is',
  serviceTier: 'flex',
  logprobs: 2,
  answerCount: 2,
  output: { images: true, audio: { voice: 'alto', format: 'wav' } },
  metadata: { session: 's', user: 'u' },
  useCache: false,
  whenPinnedUnavailable: 'next',
  onInterruption: 'restart',
  urgency: 'background',
};

test('every field of the schema is read, and none vanishes', () => {
  assert.deepEqual(validateRequest(whole), whole);
  assert.deepEqual(Object.keys(AskParams.shape).sort(), [...Object.keys(whole), 'prompt'].sort());
});

test('the schema and the vocabulary of engines are the same types', () => {
  const messages: readonly Message[] = whole.messages;
  const offered: readonly Tool[] = whole.tools;
  const choice: ToolChoice = whole.toolChoice;
  const back: Pick<AskParams, 'tools' | 'toolChoice'> = { tools: offered, toolChoice: choice };
  assert.ok(messages && back);
});

test('a value that fits no branch is reported where it comes closest to one', () => {
  const image = { type: 'image', mediaType: 'image/tiff', data: 'AAAA' };
  for (const [params, message] of [
    [
      { messages: [{ role: 'user', content: [image] }] },
      /messages\.0\.content\.0\.mediaType: .*"image\/png"/,
    ],
    [{ prompt: 'x', tools, toolChoice: { name: 'look' } }, /toolChoice\.type: .*"tool"/],
    [{ prompt: 'x', tools, toolChoice: 'any' }, /toolChoice: .*"auto"\|"none"\|"required"/],
  ] as const)
    assert.throws(() => validateRequest(params), { message });
});

test('an unknown field is rejected by its name, at every depth', () => {
  const rejected = (more: object, name: string) =>
    assert.throws(() => validateRequest({ prompt: 'hi', ...more }), {
      message: `The request has a field that Rumbo does not know: "${name}".`,
    });
  rejected({ temprature: 1 }, 'temprature');
  rejected({ partialResultToken: 1 }, 'partialResultToken');
  rejected({ file: { uri: 'a', languageId: 'b', text: 'c', path: 'd' } }, 'file.path');
  rejected({ metadata: { session: 's', name: 'n' } }, 'metadata.name');
  rejected({ tools: [{ ...tools[0], strict: true }] }, 'tools.0.strict');
  rejected({ messages: [{ role: 'user', content: 'x', name: 'Ana' }] }, 'messages.0.name');
  rejected(
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', caching: true }] }] },
    'messages.0.content.0.caching',
  );
});

test('a field of the wrong kind is rejected with its path', () => {
  for (const [more, path] of [
    [{ temperature: 3 }, 'temperature'],
    [{ topP: 0 }, 'topP'],
    [{ stop: [] }, 'stop'],
    [{ seed: 1.5 }, 'seed'],
    [{ maxOutputTokens: 0 }, 'maxOutputTokens'],
    [{ toolChoice: 'any' }, 'toolChoice'],
    [{ urgency: 'asked' }, 'urgency'],
    [
      { file: { uri: 'a', languageId: 'b', text: 'c', selection: { start: { line: -1, character: 0 } } } },
      'file.selection.start.line',
    ],
  ] as const)
    assert.throws(() => validateRequest({ prompt: 'hi', ...more }), { message: new RegExp(`: ${path}: `) });
  for (const params of [null, [], 'hi', 7])
    assert.throws(() => validateRequest(params), /The request cannot be read: params: /);
});

test('a request needs either a prompt or a conversation with a user message', () => {
  for (const [params, message] of [
    [{}, /The prompt is empty/],
    [{ prompt: ' \n' }, /The prompt is empty/],
    [{ prompt: 'x', messages: [] }, /one would be lost/],
    [{ messages: [{ role: 'assistant', content: 'x' }] }, /no user message/],
    [{ messages: [{ role: 'user', content: ' ' }] }, /no user message/],
  ] as const)
    assert.throws(() => validateRequest(params), message);
});

test('an unknown role and an invalid model id are rejected', () => {
  assert.throws(() => validateRequest({ prompt: 'x', role: 'cook' }), /no role "cook"/);
  assert.throws(() => validateRequest({ prompt: 'x', model: 'gpt' }), /"gpt" is not a model id/);
  assert.throws(() => validateRequest({ prompt: 'x', strongerThan: 'gpt' }), /"gpt" is not a model id/);
});

test('a forced tool call needs the tool', () => {
  const named = { type: 'tool', toolName: 'see' };
  assert.throws(() => validateRequest({ prompt: 'x', tools, toolChoice: named }), /toolChoice names "see"/);
  assert.throws(() => validateRequest({ prompt: 'x', toolChoice: 'required' }), /requires a tool/);
  assert.ok(validateRequest({ prompt: 'x', tools, toolChoice: 'required' }));
});

test('a correction needs a prompt and a task type', () => {
  assert.deepEqual(validateCorrection({ prompt: 'x', task: 'general' }), { prompt: 'x', task: 'general' });
  assert.throws(() => validateCorrection({ prompt: 'x', task: 'cooking' }), /cannot be read/);
  assert.throws(() => validateCorrection({ prompt: ' ', task: 'general' }), /correction is empty/);
});

test('a request of more than 5 MB is rejected with one action, whichever client sends it', () => {
  assert.throws(() => validateRequest({ prompt: 'x'.repeat(5_000_001) }), {
    kind: 'invalid-request',
    message: 'This request has more than 5 MB of text.',
  });
});
