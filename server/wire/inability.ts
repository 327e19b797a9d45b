/** What a model cannot do, from the sentences by which engines, services and gateways refuse a request for it. */
import type { ErrorData } from '../../shared/errors.ts';
import type { ErrorFacts } from './error-body.ts';

export type Inability = { readonly ability?: NonNullable<ErrorData['ability']> };

/** “x does not support tools”, “tools are not supported”, “x is not a multimodal model”. */
const unsupported =
  /\b(?:does|do)(?: not|n['\u2019]t) (?:currently |yet )?support|\b(?:is|are)(?: not |n['\u2019]t |\s+un)(?:currently |yet )?supported\b|\bunsupported (?:content|input|modality|by (?:this|the) model)|\bis only supported (?:by|for|with)\b|\bno endpoints found that support|\bis not a (?:multi-?modal|vision|chat|completion|generative|text generation)\w* model|\bis not (?:enabled|available) (?:for|on|with) (?:this |the )?model|\bat most 0 (?:image|video|audio)|\bcannot (?:process|read|handle|accept) (?:images?|pictures?|tools?)/i;

/** Sentences without any word of support. */
const others: readonly (readonly [Inability['ability'], RegExp])[] = [
  // vLLM and older llama.cpp, which were started without a parser for calls.
  ['tools', /tool choice requires --enable-auto-tool-choice|tools? param(?:eter)? requires --jinja/i],
  // DeepSeek and others whose messages are texts.
  [
    'vision',
    /unknown variant [`'"]?image_url|image_url is only supported|images? .{0,20}(?:mmproj|vision model)/i,
  ],
];

/** What it cannot do; the first that the sentence names. */
const abilities: readonly (readonly [NonNullable<Inability['ability']>, RegExp])[] = [
  ['tools', /\btools?\b|\btool[_ -]?(?:use|call\w*)|\bfunctions?[_ -]?(?:call\w*)/i],
  ['vision', /\bimages?\b|\bvision\b|\bmulti-?modal|\bimage_url\b|\bpictures?\b/i],
  ['chat', /\bchat\b|\bgenerat(?:e|ion|ive)\b|\bcompletions?\b/i],
];

/** Fields of a request and ways to begin an answer: the model can do the work without them. */
const aboutField =
  /\b(?:temperature|top[_ -]?[pk]|max(?:_completion|_output)?_tokens|stream_options|reasoning[_ ]effort|frequency_penalty|presence_penalty|logprobs|seed|stop|response_format|parallel_tool_calls|tool_choice|system (?:role|messages?|prompts?|instructions?)|developer (?:instructions?|role|messages?)|roles?|parameters?|fields?|arguments?)\b/i;

/** One kind of picture or tool: the model may take others. */
const aboutKind =
  /\b(?:formats?|mime|media[ _-]?types?|webp|gif|bmp|svg|heic|tiff|sizes?|resolution|urls?|types?|schemas?|strict|parallel|streaming|web_search|computer_use|code_interpreter)\b/i;

/** `undefined`: the error is about something else. `ability` absent: the model cannot do something that has no name here. */
export function inabilityIn({ text }: Pick<ErrorFacts, 'text'>): Inability | undefined {
  const other = others.find(([, pattern]) => pattern.test(text));
  if (other) return other[0] ? { ability: other[0] } : {};
  const sentence = unsupported.exec(text);
  if (!sentence) return undefined;
  // The sentence around the verb: advice may follow.
  const around = sentenceAround(text, sentence.index);
  if (aboutField.test(around)) return undefined;
  if (aboutKind.test(around)) return {};
  const ability = abilities.find(([, pattern]) => pattern.test(around))?.[0];
  return ability ? { ability } : {};
}

function sentenceAround(text: string, index: number): string {
  const start = Math.max(text.lastIndexOf('. ', index), text.lastIndexOf('\n', index)) + 1;
  const end = text.slice(index).search(/\.\s|\n|$/);
  return text.slice(start, index + end);
}
