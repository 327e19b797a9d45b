import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestFeatures } from '../../../server/orchestration/request-features.ts';
import { featurePolicies } from '../../../shared/features.ts';

test('a field that changes how the answer is read excludes models without it, any other is dropped', () => {
  assert.deepEqual(
    requestFeatures({
      prompt: 'x',
      temperature: 0,
      topP: 1,
      seed: 1,
      parallelToolCalls: false,
      metadata: {},
      stop: ['END'],
      toolChoice: 'required',
    }),
    {
      drop: ['temperature', 'topP', 'seed', 'parallelToolCalls', 'metadata'],
      exclude: ['stop', 'toolChoice'],
    },
  );
});

test('tool choices that every service honours exclude no model', () => {
  for (const toolChoice of ['auto', 'none'] as const)
    assert.deepEqual(requestFeatures({ prompt: 'x', toolChoice }), { drop: [], exclude: [] });
});

test('every part, tool and field that a model may have nothing for is a feature', () => {
  const pixel = { mediaType: 'image/png', data: 'AAAA' } as const;
  const pdf = { mediaType: 'application/pdf', data: 'AAAA' } as const;
  const used = requestFeatures({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'x', cache: '1h' },
          { type: 'image', ...pixel, detail: 'low' },
          { type: 'image', url: 'https://example.com/a.png' },
          { type: 'image', fileId: 'f', provider: 'openai' },
          { type: 'document', ...pdf, isCited: true },
          { type: 'document', text: 'x' },
          { type: 'document', url: 'https://example.com/a.pdf' },
          { type: 'document', fileId: 'f', provider: 'openai' },
          { type: 'audio', mediaType: 'audio/wav', data: 'AAAA' },
        ],
      },
      { role: 'system', content: 'From now on in Spanish.' },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'hm', signature: 's' },
          { type: 'refusal', text: 'No.' },
          { type: 'image', ...pixel },
          { type: 'hosted', wire: 'openai-responses', item: { type: 'web_search_call' } },
        ],
      },
      {
        role: 'tool',
        toolCallId: '1',
        toolName: 'look',
        content: [{ type: 'image', ...pixel }],
        isError: true,
      },
    ],
    tools: [
      { name: 'look', inputSchema: {}, namespace: 'eyes', isStrict: true },
      { type: 'custom', name: 'patch' },
      { type: 'hosted', wire: 'anthropic-messages', name: 'web_search', definition: {} },
    ],
    reasoning: { effort: 'low', budgetTokens: 1 },
    responseFormat: { type: 'json', schema: {} },
    output: { images: true, audio: { voice: 'alto', format: 'wav' } },
    answerCount: 2,
    topK: 1,
    frequencyPenalty: 1,
    presencePenalty: 1,
    prediction: 'x',
    serviceTier: 'flex',
    logprobs: 0,
    temperature: 0,
    topP: 1,
    seed: 1,
    stop: ['END'],
    toolChoice: 'required',
    parallelToolCalls: false,
    metadata: {},
  });
  const others = ['jsonAnswer', 'gbnfGrammar', 'larkGrammar', 'regexGrammar'];
  assert.deepEqual([...used.drop, ...used.exclude, ...others].sort(), Object.keys(featurePolicies).sort());
  assert.deepEqual(requestFeatures({ prompt: 'x', responseFormat: { type: 'json' } }).exclude, [
    'jsonAnswer',
  ]);
  const grammar = { syntax: 'gbnf', text: 'root ::= "a"' } as const;
  assert.deepEqual(requestFeatures({ prompt: 'x', responseFormat: { type: 'grammar', grammar } }).exclude, [
    'gbnfGrammar',
  ]);
});

test('a conversation of plain text has no feature', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'hello' },
    { role: 'user', content: [{ type: 'text', text: 'more' }] },
  ] as const;
  assert.deepEqual(requestFeatures({ messages, answerCount: 1 }), { drop: [], exclude: [] });
});
