/**
 * Writes a language model by hand: a valid GGUF of a few megabytes that every llama.cpp engine loads, with no download.
 *
 * Attention and feed-forward add nothing, so what remains is a bigram table: the next token depends on the last one
 * alone. A prompt that ends in a cue token is therefore answered with that cue's text, word for word, then `<|im_end|>`.
 */
import { GgufWriter, type MetadataValue, type Tensor } from './gguf-writer.ts';
import { byteToCharacter, splitPieces } from './tiny-pieces.ts';

/** The texts of the model. They share one vocabulary, so each must be long enough to differ from the others. */
export interface TinyModel {
  name: string;
  /** After a chat prompt that ends in `assistant` and a line break, as ChatML prompts do. */
  reply: string;
  /** After a prompt that ends in one of these control tokens of your own, such as `<|plan|>`. */
  cues?: Readonly<Record<`<|${string}|>`, string>>;
  /** After `<|fim_middle|>`. Absent: the model has no fill-in-the-middle. */
  fim?: string;
  /** After anything else, again and again: for limits and cancelling. */
  story?: string;
  /** Tokens; one byte of a prompt is one token. */
  contextTokens?: number;
}

const chatTokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];
const fimTokens = ['<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>', '<|fim_pad|>'];
const defaultStory =
  ' once upon a time there was an endless story about local engines, and it went on,\nagain:';
const chatTemplate = `{%- for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endfor %}{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

const newline = 0x0a;
const normal = 1;
const control = 3;
/** One head of 32 dimensions keeps a prompt of 20,000 tokens under a second on one thread. */
const headSize = 32;

/** The bytes of the GGUF file. */
export function tinyGguf(model: TinyModel): Buffer {
  const cues = model.cues ?? {};
  const specials = [...chatTokens, ...(model.fim === undefined ? [] : fimTokens), ...Object.keys(cues)];
  const merged = ['th', 'the', 'in']; // A byte-pair vocabulary must have merges.
  const tokens = [...byteToCharacter, ...merged, ...specials];
  const types = tokens.map((token) => (specials.includes(token) ? control : normal));
  const idOf = (token: string) => tokens.indexOf(token);

  const taken = new Set(tokens);
  const chain = (text: string): number[] =>
    splitPieces(text, taken).map((piece) => {
      types.push(normal);
      return tokens.push(piece) - 1;
    });
  const firstPiece = tokens.length;
  const story = chain(model.story ?? defaultStory);
  const spoken = [
    { cue: newline, pieces: chain(model.reply), end: idOf('<|im_end|>') },
    ...Object.entries(cues).map(([cue, text]) => ({
      cue: idOf(cue),
      pieces: chain(text),
      end: idOf('<|im_end|>'),
    })),
    ...(model.fim === undefined
      ? []
      : [{ cue: idOf('<|fim_middle|>'), pieces: chain(model.fim), end: idOf('<|endoftext|>') }]),
  ];

  // Each cue and each piece has a dimension of its own; dimension 0 represents every other token.
  const cueDimensions = new Map(spoken.map(({ cue }, index) => [cue, index + 1]));
  const dimensionOf = (token: number) =>
    token >= firstPiece ? token - firstPiece + 1 + cueDimensions.size : (cueDimensions.get(token) ?? 0);
  const width = Math.ceil((tokens.length - firstPiece + 1 + cueDimensions.size) / headSize) * headSize;
  const embedding = new Float32Array(tokens.length * width);
  const output = new Float32Array(tokens.length * width);
  for (let token = 0; token < tokens.length; token++) embedding[token * width + dimensionOf(token)] = 1;
  const follow = (dimension: number, next: number) => {
    output[next * width + dimension] = 4; // Far above the zeros of every other token.
  };

  const beginning = first(story);
  follow(0, beginning);
  story.forEach((piece, index) => {
    follow(dimensionOf(piece), story[index + 1] ?? beginning);
  });
  for (const { cue, pieces, end } of spoken) {
    follow(dimensionOf(cue), first(pieces));
    pieces.forEach((piece, index) => {
      follow(dimensionOf(piece), pieces[index + 1] ?? end);
    });
  }

  const writer = new GgufWriter();
  writer.file(metadata(model, tokens, types, merged, width), [
    { name: 'token_embd.weight', dimensions: [width, tokens.length], data: embedding },
    { name: 'output_norm.weight', dimensions: [width], data: new Float32Array(width).fill(1) },
    { name: 'output.weight', dimensions: [width, tokens.length], data: output },
    ...zeroBlock(width),
  ]);
  return writer.bytes();
}

/** One transformer block whose every output is zero. */
function zeroBlock(width: number): Tensor[] {
  const zeros = (name: string, rows: number, columns: number): Tensor => ({
    name: `blk.0.${name}.weight`,
    dimensions: [columns, rows],
    data: new Float32Array(rows * columns),
  });
  const ones = (name: string): Tensor => ({
    name: `blk.0.${name}.weight`,
    dimensions: [width],
    data: new Float32Array(width).fill(1),
  });
  return [
    ones('attn_norm'),
    zeros('attn_q', headSize, width),
    zeros('attn_k', headSize, width),
    zeros('attn_v', headSize, width),
    zeros('attn_output', width, headSize),
    ones('ffn_norm'),
    zeros('ffn_gate', headSize, width),
    zeros('ffn_up', headSize, width),
    zeros('ffn_down', width, headSize),
  ];
}

function metadata(
  model: TinyModel,
  tokens: readonly string[],
  types: readonly number[],
  merged: readonly string[],
  width: number,
): [string, MetadataValue][] {
  const special = { bos: '<|endoftext|>', eos: '<|im_end|>', padding: '<|endoftext|>', eot: '<|im_end|>' };
  const fim = {
    fim_pre: '<|fim_prefix|>',
    fim_mid: '<|fim_middle|>',
    fim_suf: '<|fim_suffix|>',
    fim_pad: '<|fim_pad|>',
  };
  const u32 = (value: number): MetadataValue => ({ u32: value });
  return [
    ['general.architecture', { text: 'llama' }],
    ['general.name', { text: model.name }],
    ['general.type', { text: 'model' }],
    ['general.file_type', u32(0)],
    ['general.quantization_version', u32(2)],
    ['llama.vocab_size', u32(tokens.length)],
    ['llama.context_length', u32(model.contextTokens ?? 2048)],
    ['llama.embedding_length', u32(width)],
    ['llama.block_count', u32(1)],
    ['llama.feed_forward_length', u32(headSize)],
    ['llama.attention.head_count', u32(1)],
    ['llama.attention.head_count_kv', u32(1)],
    ['llama.attention.key_length', u32(headSize)],
    ['llama.attention.value_length', u32(headSize)],
    ['llama.attention.layer_norm_rms_epsilon', { f32: 1e-6 }],
    ['llama.rope.dimension_count', u32(headSize)],
    ['llama.rope.freq_base', { f32: 10_000 }],
    ['tokenizer.ggml.model', { text: 'gpt2' }],
    ['tokenizer.ggml.pre', { text: 'qwen2' }],
    ['tokenizer.ggml.tokens', { texts: tokens }],
    ['tokenizer.ggml.token_type', { i32s: types }],
    ['tokenizer.ggml.merges', { texts: merged.map((token) => `${token.slice(0, -1)} ${token.slice(-1)}`) }],
    ['tokenizer.ggml.add_bos_token', { flag: false }],
    ...Object.entries({ ...special, ...(model.fim === undefined ? {} : fim) }).map(
      ([key, token]): [string, MetadataValue] => [
        `tokenizer.ggml.${key}_token_id`,
        u32(tokens.indexOf(token)),
      ],
    ),
    ['tokenizer.chat_template', { text: chatTemplate }],
  ];
}

function first(pieces: readonly number[]): number {
  const [piece] = pieces;
  if (piece === undefined) throw new RangeError('A tiny model needs a text for every cue.');
  return piece;
}
