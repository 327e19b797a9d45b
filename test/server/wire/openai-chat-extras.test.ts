/** What an answer of Chat Completions holds beyond text: refusals, sources, media, probabilities, further answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunkDecoder } from '../../../server/wire/openai-chat-stream.ts';
import type { CompletionRequest, EnginePart } from '../../../shared/chat.ts';

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
function partsOf(chunks: readonly object[], request: Partial<CompletionRequest> = {}): readonly EnginePart[] {
  const decoder = chunkDecoder({}, { messages: [], ...request });
  const parts = chunks.flatMap((chunk) => decoder.read({ data: JSON.stringify(chunk) }));
  return [...parts, ...decoder.read({ data: '[DONE]' })];
}
const delta = (fields: object, more: object = {}) => ({ choices: [{ index: 0, delta: fields, ...more }] });
const stop = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage };
const finishOf = (parts: readonly EnginePart[]) => parts.find((part) => part.type === 'finish');

test('a refusal is distinguished from text, and ends as one', () => {
  const streamed = partsOf([delta({ content: null, refusal: 'I will ' }), delta({ refusal: 'not.' }), stop]);
  assert.deepEqual(streamed.slice(0, 2), [
    { type: 'refusal-delta', text: 'I will ' },
    { type: 'refusal-delta', text: 'not.' },
  ]);
  assert.equal(finishOf(streamed)?.reason, 'refusal');

  const message = { role: 'assistant', content: null, refusal: 'No.' };
  const whole = partsOf([
    { object: 'chat.completion', choices: [{ message, finish_reason: 'stop' }], usage },
  ]);
  assert.deepEqual(whole[0], { type: 'refusal-delta', text: 'No.' });
  const repeated = partsOf([delta({ refusal: 'No.' }), { choices: [{ index: 0, message }] }, stop]);
  assert.deepEqual(repeated.filter(({ type }) => type === 'refusal-delta').length, 1);
});

test('sources are citations, with offsets where they are stated', () => {
  const annotation = {
    type: 'url_citation',
    url_citation: { url: 'https://example.com/a', title: 'A', start_index: 0, end_index: 4 },
  };
  const parts = partsOf([
    delta({ content: 'Four' }),
    delta({ annotations: [annotation, { type: 'other' }] }),
    stop,
  ]);
  assert.deepEqual(parts[1], {
    type: 'citation',
    citation: { url: 'https://example.com/a', title: 'A', start: 0, end: 4 },
  });
  const fromList = partsOf([
    { ...delta({ content: 'a' }), citations: ['https://example.com/1'] },
    { ...delta({ content: 'b' }), citations: ['https://example.com/1', 'https://example.com/2'] },
    stop,
  ]);
  assert.deepEqual(
    fromList.flatMap((part) => (part.type === 'citation' ? [part.citation.url] : [])),
    ['https://example.com/1', 'https://example.com/2'],
  );
});

test('probabilities come with the tokens that they are about', () => {
  const logprobs = {
    content: [{ token: 'Hi', logprob: -0.1, bytes: [72], top_logprobs: [{ token: 'Hey', logprob: -2 }] }],
  };
  const parts = partsOf([delta({ content: 'Hi' }, { logprobs }), stop], { logprobs: 1 });
  assert.deepEqual(parts.slice(0, 2), [
    { type: 'text-delta', text: 'Hi' },
    { type: 'logprobs', tokens: [{ token: 'Hi', logprob: -0.1, top: [{ token: 'Hey', logprob: -2 }] }] },
  ]);
});

test('further answers are whole, whatever the order of their chunks', () => {
  const chunk = (index: number, fields: object, finish_reason: string | null = null) => ({
    choices: [{ index, delta: fields, finish_reason }],
  });
  const call = { index: 0, id: 'c', function: { name: 'look', arguments: '{}' } };
  const parts = partsOf(
    [
      chunk(1, { content: 'Two' }),
      chunk(0, { content: 'One' }),
      chunk(2, { tool_calls: [call] }),
      chunk(1, { content: ' more' }),
      chunk(2, {}, 'tool_calls'),
      chunk(1, {}, 'length'),
      chunk(0, {}, 'stop'),
      { choices: [], usage },
    ],
    { answerCount: 3, tools: [{ name: 'look', inputSchema: {} }] },
  );
  assert.deepEqual(
    parts.filter(({ type }) => type !== 'finish'),
    [
      { type: 'text-delta', text: 'One' },
      { type: 'alternative', text: 'Two more', reason: 'length' },
      {
        type: 'alternative',
        text: '',
        toolCalls: [{ id: 'c', name: 'look', input: '{}' }],
        reason: 'tool-calls',
      },
    ],
  );
  assert.equal(finishOf(parts)?.reason, 'stop');
});

test('sound arrives in pieces and is one part, with its words as text', () => {
  const pieces = ['RIFF', 'data!'].map((text) => Buffer.from(text).toString('base64'));
  const parts = partsOf(
    [
      delta({ content: null, audio: { id: 'audio_1', transcript: 'Good ' } }),
      delta({ audio: { data: pieces[0], transcript: 'day.' } }),
      delta({ audio: { data: pieces[1] } }),
      stop,
    ],
    { output: { audio: { voice: 'alto', format: 'mp3' } } },
  );
  assert.deepEqual(parts.slice(0, 3), [
    { type: 'text-delta', text: 'Good ' },
    { type: 'text-delta', text: 'day.' },
    {
      type: 'audio',
      mediaType: 'audio/mpeg',
      data: Buffer.from('RIFFdata!').toString('base64'),
      transcript: 'Good day.',
    },
  ]);
});

test('a picture is a part, by its bytes or its address', () => {
  const images = [
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
    { type: 'image_url', image_url: { url: 'data:image/tiff;base64,AAAA' } },
  ];
  assert.deepEqual(partsOf([delta({ content: 'Here' }), delta({ images }), stop]).slice(1, 3), [
    { type: 'image', mediaType: 'image/png', data: 'AAAA' },
    { type: 'image', url: 'https://example.com/a.png' },
  ]);
});

test('reasoning that only the service can read is kept for the next request', () => {
  const parts = partsOf([
    delta({ reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'First ' }] }),
    delta({ reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'look.', signature: 'sig' }] }),
    delta({ reasoning_details: [{ type: 'reasoning.encrypted', index: 1, data: 'xyz', id: 'r1' }] }),
    delta({ content: 'Done.' }),
    stop,
  ]);
  assert.deepEqual(
    parts.find(({ type }) => type === 'reasoning-end'),
    {
      type: 'reasoning-end',
      signature: `openai-chat:${JSON.stringify({
        reasoning_details: [
          { type: 'reasoning.text', index: 0, text: 'First look.', signature: 'sig' },
          { type: 'reasoning.encrypted', index: 1, data: 'xyz', id: 'r1' },
        ],
      })}`,
    },
  );
  const plain = partsOf([
    delta({ reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] }),
    delta({ content: 'x' }),
    stop,
  ]);
  assert.ok(plain.every(({ type }) => type !== 'reasoning-end'));
});

test('a call of a tool that takes plain text keeps its text, whatever it looks like', () => {
  const custom = (input: string, more: object = {}) =>
    delta({ tool_calls: [{ index: 0, ...more, custom: { ...(more ? { name: 'patch' } : {}), input } }] });
  const parts = partsOf(
    [
      custom('{}', { id: 'c1', type: 'custom' }),
      delta({ tool_calls: [{ index: 0, custom: { input: '*** Begin\n{"a":' } }] }),
      { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }], usage },
    ],
    { tools: [{ type: 'custom', name: 'patch' }] },
  );
  assert.deepEqual(parts[0], {
    type: 'tool-call',
    id: 'c1',
    name: 'patch',
    input: '{}*** Begin\n{"a":',
    isCustom: true,
  });
});
