/** Tokens of chat templates, reasoning tags and channels in a streamed text, however it is cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TemplateFilter } from '../../../server/wire/template-filter.ts';
import { withoutTemplateTokens } from '../../../server/wire/template-tokens.ts';
import type { StreamDecoder } from '../../../server/wire/wire-format.ts';
import type { EnginePart } from '../../../shared/chat.ts';

type Separated = { text: string; reasoning: string };

function separate(pieces: readonly string[], prompt = ''): Separated {
  const filter = new TemplateFilter((token) => prompt.includes(token));
  const parts: EnginePart[] = [];
  for (const piece of pieces) {
    if (filter.passes(piece)) parts.push({ type: 'text-delta', text: piece });
    else parts.push(...filter.push(piece));
  }
  parts.push(...filter.end());
  const separated = { text: '', reasoning: '' };
  for (const part of parts) {
    if (part.type === 'text-delta') separated.text += part.text;
    if (part.type === 'reasoning-delta') separated.reasoning += part.text;
    if (part.type === 'text-retraction') separated.text = '';
  }
  return separated;
}

const cuts = (text: string): string[][] => [
  [text],
  [...text],
  ...[2, 3, 5, 7, 11].map((size) => text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []),
  ...Array.from({ length: Math.min(text.length, 60) }, (_, at) => [text.slice(0, at), text.slice(at)]),
];

/** In whatever pieces the text arrives, text and reasoning are these. */
function check(input: string, text: string, reasoning = '', prompt = ''): void {
  for (const pieces of cuts(input))
    assert.deepEqual(separate(pieces, prompt), { text, reasoning }, JSON.stringify(pieces));
}

const reasoning: Readonly<Record<string, readonly [input: string, text: string, reasoning: string]>> = {
  'think tags': ['<think>hm</think>\n\nanswer', 'answer', 'hm'],
  'a blank line before': ['\n<think>\nhm\n</think>\nanswer', 'answer', '\nhm\n'],
  'thinking that was turned off': ['<think>\n\n</think>\n\nanswer', 'answer', '\n\n'],
  'in capitals': ['<THINK>hm</Think>answer', 'answer', 'hm'],
  'another name': ['<thinking>hm</thinking>answer', 'answer', 'hm'],
  EXAONE: ['<thought>\nhm\n</thought>\n\nanswer', 'answer', '\nhm\n'],
  Seed: ['<seed:think>hm</seed:think>answer', 'answer', 'hm'],
  Command: ['<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>answer<|END_RESPONSE|>', 'answer', 'hm'],
  Magistral: ['[THINK]hm[/THINK]answer', 'answer', 'hm'],
  'Kimi-VL': ['◁think▷hm◁/think▷answer', 'answer', 'hm'],
  'Gemma 4': ['<|channel>thought\nhm\n<channel|>answer<turn|>', 'answer', '\nhm\n'],
  'an answer in a tag after it': ['<think>hm</think>\n<answer>\nyes\n</answer>', 'yes\n', 'hm'],
  Granite: ['<think>hm</think><response>yes</response>', 'yes', 'hm'],
  'code after it': [
    '<think>a < b?</think>\n```ts\nif (a < b) {}\n```',
    '```ts\nif (a < b) {}\n```',
    'a < b?',
  ],
  'a draft within it': [
    '<think>\n```ts\na\n```\n</think>\n```ts\nb\n```',
    '```ts\nb\n```',
    '\n```ts\na\n```\n',
  ],
  'in the middle': ['I look.\n<think>hm</think>\nDone.', 'I look.\n\nDone.', 'hm'],
  'within a line': ['Hel<think>hm</think>lo, <think>hm</think>world', 'Hello, world', 'hmhm'],
  MedGemma: ['<unused94>thought\nhm<unused95>answer', 'answer', '\nhm'],
  'without its opening tag': ['hm\n</think>\n\nanswer', 'answer', 'hm\n'],
  'without its opening tag, in one line': ['hm</think>answer', 'answer', 'hm'],
  'nothing but its closing tag': ['</think>\n\nanswer', 'answer', ''],
};
for (const [name, [input, text, thoughts]] of Object.entries(reasoning))
  test(`reasoning in the text: ${name}`, () => check(input, text, thoughts));

const channels: Readonly<Record<string, readonly [input: string, text: string, reasoning: string]>> = {
  'analysis, then the answer': [
    '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>answer<|return|>',
    'answer',
    'hm',
  ],
  'a commentary between them': [
    '<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary<|message|>b<|end|><|start|>assistant<|channel|>final<|message|>c',
    'c',
    'ab',
  ],
  'the whole turn': ['<|start|>assistant<|channel|>final<|message|>answer<|return|>', 'answer', ''],
  'a constraint in the header': ['<|channel|>final <|constrain|>json<|message|>{"a":1}', '', ''],
  'without the token that the prompt held': [
    'analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>yes',
    'yes',
    'hm',
  ],
  'no end between them': [
    '<|channel|>analysis<|message|>hm<|channel|>final<|message|>answer',
    'answer',
    'hm',
  ],
  'the tokens dropped by the server': [
    'analysisWe need a sum.assistantfinalThe sum is 4.',
    'The sum is 4.',
    'analysisWe need a sum.',
  ],
};
for (const [name, [input, text, thoughts]] of Object.entries(channels))
  test(`channels in the text: ${name}`, () => {
    if (name === 'a constraint in the header') check(input, '{"a":1}', thoughts);
    else check(input, text, thoughts);
  });

test('the end tokens of each family are no part of the answer', () => {
  for (const token of [
    '<|im_end|>',
    '<|eot_id|>',
    '<|eom_id|>',
    '<|eot|>',
    '<end_of_turn>',
    '<turn|>',
    '</s>',
    '<|endoftext|>',
    '<|end_of_text|>',
    '<|end|>',
    '<|return|>',
    '<eos>',
    '<｜end▁of▁sentence｜>',
    '<|EOT|>',
    '<|END_OF_TURN_TOKEN|>',
    '<[end▁of▁sentence]>',
    '<|end_of_turn|>',
  ]) {
    check(`answer${token}`, 'answer');
    check(`answer.\n${token}\n`, 'answer.\n');
    check(`answer${token}${token}\n${token}`, 'answer');
    check(`\`\`\`ts\nx;\n\`\`\`${token}`, '```ts\nx;\n```');
    check(`\`\`\`ts\nx;\n${token}`, '```ts\nx;\n');
  }
  check('answer </s>', 'answer ');
  check('<|im_end|>', '');
  check('<think>hm</think><|im_end|>', '', 'hm');
  check('<|im_start|>assistant', '');
});

test('what a model writes after the end of its turn is dropped', () => {
  check('answer<|im_end|>\n<|im_start|>user\nAnd now?<|im_end|>', 'answer');
  check('answer<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nAnd?', 'answer');
  check('answer<end_of_turn>\n<start_of_turn>user\nAnd?', 'answer');
  check('answer</s>\nUser:\nAnd?', 'answer');
  check('answer<|endoftext|>Human: And?', 'answer');
  check('answer<|eot_id|>assistant\n\nanswer again', 'answer');
  check('answer</s>[INST] And? [/INST]', 'answer');
});

test('tokens that begin a turn are dropped at the start', () => {
  check('<|im_start|>assistant\nanswer', 'answer');
  check('<|start_header_id|>assistant<|end_header_id|>\n\nanswer', 'answer');
  check('<start_of_turn>model\nanswer', 'answer');
  check('<s> answer', 'answer');
  check('assistant\n\nanswer', 'answer');
  check(' [/INST] answer', 'answer');
  check('<|assistant|>\n<think>hm</think>answer', 'answer', 'hm');
  check('<|begin_of_box|>42<|end_of_box|>', '42');
});

test('text that is about tokens stays', () => {
  const texts = [
    'ChatML ends a turn with `<|im_end|>`.',
    'ChatML ends a turn with `<|im_end|>`',
    'The token <|im_end|> ends a turn.',
    'The token is <|im_end|>',
    'Text about <|channel|> tokens here.',
    'In gpt-oss, <|channel|>analysis<|message|> begins the analysis.',
    'assistant',
    'assistant\nof the user',
    '```\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n```\nThat is ChatML.',
    '```text\n<think>\nhm\n</think>\n```\n',
    'It writes `<think>` first and `</think>` last.',
    'The tag <think> comes first.',
    'Put it between <think> and </think> tags.',
    '<s>old</s> new',
    'a <b>bold</b> word, x < y, List<String>',
    '- point\n  ```js\n  const end = "</s>";\n  ```\n',
    '~~~\n<|endoftext|>\n~~~\nthat',
    'analysis of the logs: assistantfinal is a word.',
    'analysisResult = 4\nassistant = 2',
    'finally',
    '<div>\n  <thinker/>\n</div>',
    '[THIN] [INS',
    '  indented answer',
    '\n',
    '',
  ];
  for (const text of texts) check(text, text);
});

test('a token that the conversation contains stays', () => {
  check('<think>is the tag', '<think>is the tag', '', 'What is <think>?');
  check('answer<|im_end|>', 'answer<|im_end|>', '', 'End with <|im_end|>');
  check('<|channel|>analysis<|message|>hm', '<|channel|>analysis<|message|>hm', '', 'Repeat <|channel|>');
});

test('reasoning that nothing ends is all that the model answered, unless it was cut', () => {
  check('<think>hm\n```ts\na;\n```', 'hm\n```ts\na;\n```', 'hm\n```ts\na;\n```');
  check('<|channel|>analysis<|message|>hm', 'hm', 'hm');
  const filter = new TemplateFilter(() => false);
  assert.deepEqual(
    [...filter.push('<think>hm'), ...filter.end({ isCut: true })],
    [{ type: 'reasoning-delta', text: 'hm' }],
  );
});

test('reasoning that a call of a function ends is no text', () => {
  const filter = new TemplateFilter(() => false);
  const parts = [...filter.push('<think>hm'), ...filter.end({ hasCalls: true })];
  assert.deepEqual(parts, [{ type: 'reasoning-delta', text: 'hm' }]);
});

test('inner reasoning that nothing ends is text, not lost', () => {
  check('See:\n<think>\nand more', 'See:\n<think>\nand more', '\nand more');
});

test('reasoning that the service reports apart is not confused with a closing tag in the text', () => {
  const filter = new TemplateFilter(() => false);
  filter.noteReasoning();
  const parts = [...filter.push('half</think>answer'), ...filter.end()];
  assert.deepEqual(parts, [{ type: 'text-delta', text: 'halfanswer' }]);
});

test('a text that continues an answer keeps its blanks, and knows that it is in a code block', () => {
  for (const text of [' and', '\n  return 1;\n', ' <|im_end|> x']) {
    const filter = new TemplateFilter(() => false, { beginning: '```ts\nlet a =' });
    const parts = [...filter.push(text), ...filter.end()];
    assert.deepEqual(parts, [{ type: 'text-delta', text }]);
  }
});

test('any text without tokens is the same text, however it is cut', () => {
  const alphabet = ['a', ' ', '\n', '<', '>', '`', '```', '|', '/', 's', 'think', '«', '<|', '|>', '😀'];
  let seed = 7;
  const random = (max: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % max;
  };
  for (let round = 0; round < 400; round++) {
    const pieces = Array.from({ length: random(14) }, () =>
      Array.from({ length: random(4) }, () => alphabet[random(alphabet.length)]).join(''),
    );
    const text = pieces.join('');
    if (/<\/?s>|<\/?think>/.test(text)) continue;
    assert.deepEqual(separate(pieces), { text, reasoning: '' }, JSON.stringify(pieces));
  }
});

test('a plain delta passes as it is, and the finish comes last', () => {
  const events: EnginePart[][] = [
    [{ type: 'text-delta', text: 'One' }],
    [{ type: 'text-delta', text: ' two' }],
    [{ type: 'text-delta', text: '<|im_' }],
    [
      { type: 'text-delta', text: 'end|>' },
      { type: 'finish', reason: 'stop' },
    ],
  ];
  const plain = events[1];
  const decoder: StreamDecoder = {
    mayEnd: () => false,
    read: () => events.shift() ?? [],
    end: () => [],
  };
  const filtered = withoutTemplateTokens(decoder, { messages: [{ role: 'user', content: 'x' }] });
  const event = { event: '', data: '' } as never;
  assert.deepEqual(filtered.read(event), [{ type: 'text-delta', text: 'One' }]);
  assert.equal(filtered.read(event), plain);
  assert.deepEqual(filtered.read(event), []);
  assert.deepEqual(filtered.read(event), [{ type: 'finish', reason: 'stop' }]);
});

test('a channel that calls a function is a tool call', () => {
  const header = '<|channel|>commentary to=functions.look <|constrain|>json<|message|>';
  const call = { type: 'tool-call', id: 'call_0', name: 'look', input: '{"a":1}' };
  for (const pieces of cuts(`${header}{"a":1}<|call|>`)) {
    const filter = new TemplateFilter(() => false, { tools: new Set(['look']) });
    assert.deepEqual([...pieces.flatMap((piece) => filter.push(piece)), ...filter.end()], [call]);
  }
  // Without its end token, which is where the service stopped; but not if it was cut.
  const filter = new TemplateFilter(() => false, { tools: new Set(['look']) });
  assert.deepEqual([...filter.push(`${header}{"a":1}`), ...filter.end()], [call]);
  const cut = new TemplateFilter(() => false, { tools: new Set(['look']) });
  assert.deepEqual([...cut.push(`${header}{"a":`), ...cut.end({ isCut: true })], []);

  const events: EnginePart[][] = [
    [{ type: 'text-delta', text: `${header}{"a":1}` }],
    [{ type: 'finish', reason: 'stop' }],
  ];
  const decoder: StreamDecoder = { mayEnd: () => false, read: () => events.shift() ?? [], end: () => [] };
  const filtered = withoutTemplateTokens(decoder, {
    messages: [],
    tools: [{ name: 'look', inputSchema: {} }],
  });
  const event = { event: '', data: '' } as never;
  assert.deepEqual(filtered.read(event), []);
  assert.deepEqual(filtered.read(event), [call, { type: 'finish', reason: 'tool-calls' }]);
});
