/** A validated request in the terms of balancer, cache and engines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cacheKeyOf,
  isLocalOnlyRequest,
  promptText,
  toCompletionRequest,
  toRoutingRequest,
  withAppendedText,
} from '../../../server/orchestration/request.ts';
import { userCorrections } from '../../../server/routing/classifier/user-corrections.ts';
import type { AskParams } from '../../../shared/ask.ts';
import type { Model } from '../../../shared/models.ts';
import { defaultSettings } from '../../../shared/settings.ts';

const model: Model = {
  id: 'lab/one',
  provider: 'lab',
  name: 'one',
  source: 'api',
  private: false,
  toggle: true,
  locked: false,
  tier: 3,
  contextTokens: null,
  maxOutputTokens: 4_000,
  abilities: { tools: true, vision: true },
  price: null,
};
const messages = [{ role: 'user', content: 'hi' }] as const;
const key = (params: AskParams) => cacheKeyOf({ prompt: 'hi', ...params }, messages);

test('each field that may change the answer is in the cache key', () => {
  const tools = [{ name: 'look', inputSchema: {} }];
  const file = { uri: 'file:///a', languageId: 'x', text: 'y' };
  const different: AskParams[] = [
    { temperature: 0 },
    { temperature: 0.5 },
    { topP: 0.5 },
    { stop: ['x'] },
    { seed: 1 },
    { maxOutputTokens: 5 },
    { role: 'coder' },
    { task: 'planning' },
    { model: 'a/b' },
    { strongerThan: 'a/b' },
    { file },
    { file: { ...file, selection: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } } } },
    { tools },
    { tools, toolChoice: 'required' },
    { tools, parallelToolCalls: false },
  ];
  const keys = new Set([key({}), ...different.map(key)]);
  assert.equal(keys.size, different.length + 1);
});

test('what does not decide the answer is not in the cache key', () => {
  for (const same of [
    { useCache: false },
    { urgency: 'background' },
    { onInterruption: 'fail' },
    { whenPinnedUnavailable: 'next' },
    { metadata: { session: 's' } },
  ] as const)
    assert.equal(key(same), key({}));
});

test('the limit of the request and that of the model both hold', () => {
  const limit = (params: AskParams, of: Model = model) =>
    toCompletionRequest(of, messages, params, false).maxOutputTokens;
  assert.equal(limit({}), 4_000);
  assert.equal(limit({ maxOutputTokens: 10 }), 10);
  assert.equal(limit({ maxOutputTokens: 9_000 }), 4_000);
  assert.equal(limit({}, { ...model, source: 'local' }), undefined, 'a local model has its own');
  assert.equal(limit({ maxOutputTokens: 10 }, { ...model, source: 'local' }), 10);
});

test('a limit that is unknown, or as large as the context, leaves the prompt its part of the context', () => {
  const limit = (of: Partial<Model>, promptTokens: number) =>
    toCompletionRequest({ ...model, ...of }, messages, {}, false, promptTokens).maxOutputTokens;
  assert.equal(limit({ contextTokens: 8_192, maxOutputTokens: null }, 1_000), 8_192 - 1_150 - 128);
  assert.equal(limit({ contextTokens: 8_192, maxOutputTokens: 8_192 }, 1_000), 8_192 - 1_150 - 128);
  assert.equal(limit({ contextTokens: 8_192, maxOutputTokens: null }, 8_000), 256);
  assert.equal(limit({ contextTokens: null, maxOutputTokens: null }, 1_000), 16_384);
  assert.equal(limit({ contextTokens: 1_000_000, maxOutputTokens: 64_000 }, 990_000), 16_384);
});

test('an engine gets every field that is for it, and no other', () => {
  const params: AskParams = {
    prompt: 'hi',
    temperature: 0,
    topP: 1,
    stop: ['x'],
    seed: 0,
    metadata: { user: 'u' },
    urgency: 'background',
    useCache: false,
  };
  assert.deepEqual(toCompletionRequest({ ...model, source: 'local' }, messages, params, true), {
    messages,
    lastResort: true,
    temperature: 0,
    topP: 1,
    stop: ['x'],
    seed: 0,
    metadata: { user: 'u' },
    urgency: 'background',
  });
});

test('the criteria hold what a model has to honour', () => {
  const criteria = (params: AskParams) =>
    toRoutingRequest({ prompt: 'hi', ...params }, defaultSettings, userCorrections()).criteria;
  assert.equal(criteria({ temperature: 1, toolChoice: 'auto' }).requiredFeatures, undefined);
  assert.deepEqual(criteria({ stop: ['x'], toolChoice: 'required' }).requiredFeatures, [
    'stop',
    'toolChoice',
  ]);
  assert.equal(criteria({ maxOutputTokens: 7 }).maxOutputTokens, 7);
  assert.equal(criteria({ tools: [{ name: 'look', inputSchema: {} }] }).needsTools, true);
});

test('the criteria hold the providers of uploaded files, not those of earlier answers', () => {
  const file = { type: 'document', fileId: 'file-1', provider: 'anthropic' } as const;
  const sound = { type: 'audio', fileId: 'audio-1', provider: 'openai' } as const;
  const messages = [
    { role: 'user', content: [{ type: 'text', text: 'Read it.' }, file, file] },
    { role: 'assistant', content: [{ type: 'text', text: 'Done.' }, sound] },
    { role: 'user', content: 'Again.' },
  ] satisfies AskParams['messages'];
  const { criteria } = toRoutingRequest({ messages }, defaultSettings, userCorrections());
  assert.deepEqual(criteria.uploadedTo, ['anthropic']);
});

test('the text of a prompt is that of the last user message', () => {
  assert.equal(promptText({ prompt: 'a' }), 'a');
  assert.equal(
    promptText({
      messages: [
        { role: 'user', content: 'a' },
        { role: 'user', content: [{ type: 'text', text: 'b' }] },
        { role: 'assistant', content: 'c' },
      ],
    }),
    'b',
  );
});

test('the answer so far lengthens the prompt, and exact counts no longer hold', () => {
  const criteria = {
    task: 'general',
    difficulty: 0,
    localOnly: false,
    needsTools: false,
    needsVision: false,
    promptTokens: 10,
    maxPromptTokens: 40,
    exactPromptTokens: new Map(),
  } as const;
  assert.equal(withAppendedText(criteria, ''), criteria);
  const longer = withAppendedText(criteria, 'word');
  assert.ok(longer.promptTokens > 10);
  assert.ok(longer.maxPromptTokens >= 44);
  assert.equal(longer.exactPromptTokens, undefined);
});

test('a file is local-only where a pattern matches it', () => {
  const settings = { ...defaultSettings, 'privacy.localOnly': ['**/secret/**'] };
  const at = (uri: string) => isLocalOnlyRequest({ file: { uri, languageId: 'x', text: '' } }, settings);
  assert.equal(at('file:///home/secret/a'), true);
  assert.equal(at('file:///home/open/a'), false);
  assert.equal(isLocalOnlyRequest({ prompt: 'x' }, settings), false);
  const picture = (uri: string) => ({ type: 'image', mediaType: 'image/png', data: 'AAAA', uri }) as const;
  const shown = (uri: string) =>
    isLocalOnlyRequest({ messages: [{ role: 'user', content: [picture(uri)] }] }, settings);
  assert.deepEqual([shown('file:///w/secret/a.png'), shown('file:///w/open/a.png')], [true, false]);
});
