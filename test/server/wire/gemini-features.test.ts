/** What Gemini is sent beyond text and functions, and what its answers hold beyond them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { geminiGenerateContent } from '../../../server/wire/gemini-generate-content.ts';
import type { CompletionRequest, EnginePart, Message, ReasoningEffort } from '../../../shared/chat.ts';

type Body = Readonly<Record<string, unknown>> & {
  readonly contents: readonly { readonly role: string; readonly parts: readonly object[] }[];
  readonly generationConfig?: object;
};
const model = 'gemini-3.5-flash-lite';
const bodyOf = (request: Partial<CompletionRequest>, name = model): Body =>
  geminiGenerateContent.chat(name).encode(name, { messages: [{ role: 'user', content: 'x' }], ...request })
    .body as Body;
const partsOf = (...messages: Message[]) => bodyOf({ messages }).contents.map(({ parts }) => parts);

test('media are inline or by address, documents are PDFs', () => {
  assert.deepEqual(
    partsOf({
      role: 'user',
      content: [
        { type: 'image', mediaType: 'image/png', data: 'AAAA' },
        { type: 'image', url: 'https://example.com/a.png', mediaType: 'image/png' },
        { type: 'document', mediaType: 'application/pdf', data: 'BBBB' },
        { type: 'document', fileId: 'https://files/1', provider: 'gemini' },
        { type: 'audio', mediaType: 'audio/wav', data: 'CCCC' },
      ],
    }),
    [
      [
        { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
        { fileData: { mimeType: 'image/png', fileUri: 'https://example.com/a.png' } },
        { inlineData: { mimeType: 'application/pdf', data: 'BBBB' } },
        { fileData: { mimeType: 'application/pdf', fileUri: 'https://files/1' } },
        { inlineData: { mimeType: 'audio/wav', data: 'CCCC' } },
      ],
    ],
  );
});

test('what the service signed goes back in its place, and what others signed does not', () => {
  const answer = (signature: string): Message => ({
    role: 'assistant',
    content: [
      { type: 'reasoning', text: 'Hm.', signature: 'anthropic:[]' },
      { type: 'text', text: 'Look.', signature },
      { type: 'hosted', wire: 'gemini-generate-content', item: { executableCode: { code: '1' } } },
      { type: 'tool-call', id: '1', name: 'look', input: '{}', signature: 'gemini:c2ln' },
      { type: 'tool-call', id: '2', name: 'look', input: '{}' },
    ],
  });
  const call = (id: string, more: object = {}) => ({ functionCall: { id, name: 'look', args: {} }, ...more });
  assert.deepEqual(partsOf(answer('gemini:dGV4dA=='))[0], [
    { text: 'Look.', thoughtSignature: 'dGV4dA==' },
    { executableCode: { code: '1' } },
    call('1', { thoughtSignature: 'c2ln' }),
    call('2'),
  ]);
  assert.deepEqual(partsOf(answer('openai:{}'))[0]?.[0], { text: 'Look.' });
});

test('a result may hold pictures, and say that the tool failed', () => {
  const result = (content: Extract<Message, { role: 'tool' }>['content'], isError?: true): Message => ({
    role: 'tool',
    toolCallId: '1',
    toolName: 'shot',
    content,
    ...(isError ? { isError } : {}),
  });
  assert.deepEqual(
    partsOf(
      result([
        { type: 'text', text: 'seen' },
        { type: 'image', mediaType: 'image/png', data: 'AAAA' },
      ]),
    )[0],
    [
      {
        functionResponse: {
          id: '1',
          name: 'shot',
          response: { output: 'seen' },
          parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }],
        },
      },
    ],
  );
  assert.deepEqual(partsOf(result('no file', true))[0], [
    { functionResponse: { id: '1', name: 'shot', response: { error: 'no file' } } },
  ]);
  assert.equal(geminiGenerateContent.support('gemini-2.5-flash').features.toolResultImages, 'mapped');
  assert.equal(geminiGenerateContent.support(model).features.toolResultImages, 'native');
});

test('an effort is a level, or a budget where the model has one', () => {
  const table: readonly (readonly [string, ReasoningEffort, object])[] = [
    [model, 'none', { thinkingLevel: 'minimal' }],
    [model, 'max', { includeThoughts: true, thinkingLevel: 'high' }],
    ['gemini-3.1-pro-preview', 'none', { thinkingLevel: 'low' }],
    ['gemini-3.1-pro-preview', 'medium', { includeThoughts: true, thinkingLevel: 'medium' }],
    ['gemini-2.5-flash', 'none', { thinkingBudget: 0 }],
    ['gemini-2.5-pro', 'none', { thinkingBudget: 128 }],
    ['gemini-2.5-flash', 'low', { includeThoughts: true, thinkingBudget: 2_048 }],
    ['gemini-2.5-flash', 'max', { includeThoughts: true, thinkingBudget: 24_576 }],
  ];
  for (const [name, effort, thinkingConfig] of table)
    assert.deepEqual(
      bodyOf({ reasoning: { effort } }, name).generationConfig,
      { thinkingConfig },
      `${name} ${effort}`,
    );
  assert.deepEqual(bodyOf({ reasoning: { budgetTokens: 3_000 } }, model).generationConfig, {
    thinkingConfig: { includeThoughts: true, thinkingLevel: 'medium' },
  });
  assert.equal(geminiGenerateContent.support('gemini-2.0-flash').features.reasoningEffort, 'none');
});

test('formats, counts, probabilities, media and own tools have the names of the API', () => {
  const schema = { type: 'object' };
  const { generationConfig, tools, serviceTier, toolConfig } = bodyOf({
    responseFormat: { type: 'json', schema },
    answerCount: 2,
    logprobs: 3,
    topK: 20,
    frequencyPenalty: 0.5,
    presencePenalty: 0.25,
    output: { images: true },
    serviceTier: 'flex',
    tools: [
      {
        type: 'hosted',
        wire: 'gemini-generate-content',
        name: 'googleSearch',
        definition: { googleSearch: {} },
      },
    ],
    toolChoice: 'required',
  });
  assert.deepEqual(generationConfig, {
    topK: 20,
    frequencyPenalty: 0.5,
    presencePenalty: 0.25,
    candidateCount: 2,
    responseLogprobs: true,
    logprobs: 3,
    responseMimeType: 'application/json',
    responseJsonSchema: schema,
    thinkingConfig: { includeThoughts: true },
    responseModalities: ['TEXT', 'IMAGE'],
  });
  assert.deepEqual([tools, toolConfig, serviceTier], [[{ googleSearch: {} }], undefined, 'flex']);
  assert.deepEqual(bodyOf({ output: { audio: { voice: 'Kore', format: 'wav' } } }).generationConfig, {
    thinkingConfig: { includeThoughts: true },
    responseModalities: ['AUDIO'],
    speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
  });
});

const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 };
function read(events: readonly object[], request: Partial<CompletionRequest> = {}): readonly EnginePart[] {
  const decoder = geminiGenerateContent.chat(model).decoder({ messages: [], ...request });
  return [
    ...events.flatMap((event) => decoder.read({ data: JSON.stringify({ usageMetadata, ...event }) })),
    ...decoder.end(),
  ];
}
const candidate = (parts: readonly object[], more: object = {}, index = 0) => ({
  candidates: [{ index, content: { parts, role: 'model' }, ...more }],
});

test('a text keeps its signature, also one that comes with no text', () => {
  assert.deepEqual(
    read([
      candidate([{ text: 'a', thoughtSignature: 'MQ==' }]),
      candidate([{ text: '', thoughtSignature: 'Mg==' }], { finishReason: 'STOP' }),
    ]).slice(0, 3),
    [
      { type: 'text-delta', text: 'a' },
      { type: 'text-signature', signature: 'gemini:MQ==' },
      { type: 'text-signature', signature: 'gemini:Mg==' },
    ],
  );
});

test('pictures and sound are parts, and an answer of them alone is one', () => {
  const parts = read([
    candidate([{ inlineData: { mimeType: 'image/png', data: 'AAAA' }, thoughtSignature: 'MQ==' }]),
    candidate([
      { inlineData: { mimeType: 'audio/L16;rate=24000', data: Buffer.from('ab').toString('base64') } },
    ]),
    candidate(
      [{ inlineData: { mimeType: 'audio/L16;rate=24000', data: Buffer.from('c').toString('base64') } }],
      {
        finishReason: 'STOP',
      },
    ),
  ]);
  assert.deepEqual(parts.slice(0, 2), [
    { type: 'image', mediaType: 'image/png', data: 'AAAA', signature: 'gemini:MQ==' },
    { type: 'audio', mediaType: 'audio/pcm', data: Buffer.from('abc').toString('base64') },
  ]);
});

test('sources count bytes, and our offsets characters', () => {
  const groundingMetadata = {
    groundingChunks: [
      { web: { uri: 'https://example.com/ñ', title: 'E' } },
      { web: { uri: 'https://example.com/2' } },
    ],
    groundingSupports: [
      { segment: { endIndex: 5, text: 'Años' }, groundingChunkIndices: [0] },
      { segment: { startIndex: 6, endIndex: 10, text: '😀' }, groundingChunkIndices: [1, 7] },
    ],
  };
  const parts = read([
    candidate([{ text: 'Años 😀' }]),
    candidate([], { finishReason: 'STOP', groundingMetadata }),
  ]);
  assert.deepEqual(
    parts.flatMap((part) => (part.type === 'citation' ? [part.citation] : [])),
    [
      { url: 'https://example.com/ñ', title: 'E', start: 0, end: 4 },
      { url: 'https://example.com/2', start: 5, end: 7 },
    ],
  );
});

test('further candidates are whole answers, with their probabilities', () => {
  const logprobsResult = {
    chosenCandidates: [{ token: 'B', logProbability: -1 }],
    topCandidates: [{ candidates: [{ token: 'C', logProbability: -2 }] }],
  };
  const parts = read(
    [
      { candidates: [{ index: 1, content: { parts: [{ text: 'B' }] }, logprobsResult }] },
      candidate([{ text: 'A' }], { finishReason: 'STOP' }),
      {
        candidates: [
          {
            index: 1,
            content: { parts: [{ functionCall: { name: 'look', args: {} } }] },
            finishReason: 'STOP',
          },
        ],
      },
    ],
    { answerCount: 2 },
  );
  assert.deepEqual(parts.slice(0, 2), [
    { type: 'text-delta', text: 'A' },
    {
      type: 'alternative',
      text: 'B',
      toolCalls: [{ id: 'call_0', name: 'look', input: '{}' }],
      logprobs: [{ token: 'B', logprob: -1, top: [{ token: 'C', logprob: -2 }] }],
      reason: 'tool-calls',
    },
  ]);
});

test('what the service’s own tools did is kept as it is', () => {
  const code = { executableCode: { language: 'PYTHON', code: 'print(1)' } };
  const parts = read([
    candidate([code, { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } }, { text: 'One.' }], {
      finishReason: 'STOP',
    }),
  ]);
  assert.deepEqual(parts[0], { type: 'hosted', wire: 'gemini-generate-content', item: code });
  assert.equal(parts[1]?.type, 'hosted');
});
