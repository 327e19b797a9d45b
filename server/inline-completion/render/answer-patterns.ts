/** What surrounds code in a model's output: thoughts, special tokens, tags and prose in English and Spanish. */
import { reasoningTags, turnEnds, turnStarts } from '../../wire/special-tokens.ts';
import { codeModelFamilies } from '../prompting/code-model-families.ts';
import type { CursorContext } from './cursor-context.ts';

export const closingThoughtTag = closingPattern(
  ['think', 'thinking', 'thought', 'reasoning'].map((name) => `</${name}>`),
);

/** How an output begins that thinks first, and what ends its thoughts. */
export type Thoughts = { readonly token: string; readonly length: number; readonly end: RegExp };

/** The beginning of thoughts: a tag, or a channel of gpt-oss other than the answer's. */
export function thoughtsAtStart(line: string): Thoughts | undefined {
  const text = line.trimStart();
  const indent = line.length - text.length;
  const lower = text.toLowerCase();
  const pair = reasoningTags.find(([open]) => lower.startsWith(open.toLowerCase()));
  if (pair)
    return {
      token: text.slice(0, pair[0].length),
      length: indent + pair[0].length,
      end: closingPattern([pair[1]]),
    };
  const channel =
    /^(?:<\|start\|>assistant)?(?:<\|channel\|>|(?=\w+<\|message\|>))(\w+)[^<>]{0,60}(?:<\|constrain\|>\w+)?<\|message\|>/.exec(
      text,
    );
  if (!channel || channel[1] === 'final') return undefined;
  return { token: '<|message|>', length: indent + channel[0].length, end: finalChannel };
}

/** The header of the channel that is the answer. */
export const finalChannel = /<\|channel\|>final[^<>]*(?:<\|constrain\|>\w+)?<\|message\|>/;
export const finalChannelAtStart = new RegExp(`^\\s*(?:<\\|start\\|>assistant)?${finalChannel.source}`);

function closingPattern(tags: readonly string[]): RegExp {
  return new RegExp(tags.map(escapePattern).join('|'), 'i');
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Tokens of every family: those of its chat template, and those of the templates in which it is asked here. */
const familyTokens = [
  ...turnEnds,
  ...turnStarts,
  ...codeModelFamilies.flatMap(({ template }) => template?.stop ?? []),
  ...reasoningTags.map(([, close]) => close).filter((tag) => !tag.startsWith('</')),
].filter((token) => /^[<[]/.test(token) && !/^<\/?s>$/.test(token));

/** `<|endoftext|>`, DeepSeek's `<｜fim▁end｜>`, StarCoder's `<fim_middle>`, CodeLlama's `<EOT>`, Gemma's `<end_of_turn>`. */
const specialToken = `<[|\uff5c][^|\uff5c<>\\s]{1,40}[|\uff5c]>|<\\/?(?:fim[_-](?:prefix|suffix|middle|pad)|file_sep|file_separator|filename|reponame|repo_name|gh_stars|issue_start|jupyter_start|jupyter_code|end_of_turn|start_of_turn|end_of_text|endoftext|EOT|PRE|SUF|MID|eos|bos)>|\\[\\/?(?:PREFIX|SUFFIX|MIDDLE|INST)\\]|${[...new Set(familyTokens)].map(escapePattern).join('|')}`;
const specialTokenPattern = new RegExp(specialToken, 'g');
/** In markup, `<s>` is the tag for strikethrough. */
const specialTokenOrSentenceEnd = new RegExp(`${specialToken}|<\\/?s>`, 'g');
export const specialTokensFor = ({ language }: CursorContext) =>
  language.tags || language.prose ? specialTokenPattern : specialTokenOrSentenceEnd;
/** Tokens before an answer, with the name of the speaker. */
const leadingTokenPattern = new RegExp(`^\\s*(?:(?:${specialToken})(?:assistant\\b|model\\b)?)+`);
const leadingTokenOrSentenceStart = new RegExp(`^\\s*(?:(?:${specialToken}|<s>)(?:assistant\\b|model\\b)?)+`);
export const leadingTokensFor = ({ language }: CursorContext) =>
  language.tags || language.prose ? leadingTokenPattern : leadingTokenOrSentenceStart;

/** Tags that a chat model puts around its answer. */
export const answerTag =
  /^\s*<(?:completion|answer|code|missing|fill|middle|result|insert|insertion|inserted_text|response)(?:\s[^<>]*)?>/i;
export const closingAnswerTag =
  /<\/(?:completion|answer|code|missing|fill|middle|result|insert|insertion|inserted_text|response)>|<\/?(?:before_cursor|after_cursor)>/i;

/** A diff, or search and replace blocks: they say what changes, not what is missing. */
const editStart =
  /^(?:diff --git |--- [ab]?\/|\+\+\+ [ab]?\/|@@ -\d|\*\*\* Begin Patch|<{5,9} ?(?:SEARCH|ORIGINAL|HEAD)\b|-{5,9} ?SEARCH\b)/;
export const isEditStart = (line: string, { linePrefix, language, languageId }: CursorContext): boolean => {
  if (/^(?:diff|patch)$/.test(languageId)) return false;
  const typed = linePrefix.trim();
  return (
    editStart.test(line) ||
    (!language.prose && typed.length > 3 && /^[-+]\s?/.test(line) && line.slice(1).trim().startsWith(typed))
  );
};

/** How a chat model announces its answer, in English and Spanish. Capitals distinguish it from names in code. */
export const announcement = new RegExp(
  [
    '(?:Sure|Certainly|Of course|Absolutely|Okay|OK|Great|Claro|Por supuesto|Desde luego|Vale|Perfecto|Entendido)(?:[!,.:]| here\\b| thing\\b| que sí\\b| aquí\\b)',
    '(?:¡|¿)\\p{L}',
    "Here(?:['’]s| is| are| you go)\\b",
    'Below is\\b',
    'This (?:is (?:the|what|how)|code|function|completes|will)\\b',
    'The (?:missing|complete|completed|following|code|answer|completion|snippet)\\b.*:\\s*$',
    "I(?:['’]ll|['’]ve| will| have| can| think| need)\\b",
    '(?:You|We) (?:can|should|could|need)\\b',
    'To (?:complete|fill|implement|fix|finish)\\b',
    "Let(?:['’]s| me)\\b",
    'Aquí (?:está|tienes|va|te)(?![\\p{L}])',
    'El (?:código|fragmento|texto)\\b.*:\\s*$',
    'A continuación(?![\\p{L}])',
    'Para (?:completar|implementar|terminar)\\b',
    'Puedes\\b',
    'Este (?:código|es el)\\b',
    'Est[ae] (?:es la|función)\\b',
    'Lo que falta\\b',
    'Te (?:dejo|muestro)\\b',
    '(?:Output|Answer|Completion|Explanation|Code|Solution|Respuesta|Explicación|Código|Salida|Solución):\\s*$',
  ]
    .map((start) => `^\\s*(?:[*_>]+\\s*)?${start}`)
    .join('|'),
  'u',
);

/** What follows code: headings, lists of changes, notes. */
export const remark =
  /^\s*(?:\*\*|#{1,6}\s+[A-ZÁÉÍÓÚ]|[-*\u2022]\s+\S.*[.:]\s*$|(?:note|explanation|nota|explicación|this|esto?|esta|the|el|la|in this|en este)\b.*[.:]\s*$|(?:note|explanation|nota|explicación):)/iu;

/** A sentence of words, without the characters of code. */
const sentence = /^\s*[A-ZÁÉÍÓÚÑ¿¡]\p{L}*,?(?: [\p{L}\d'\u2019`"()/.,-]+){3,}[.:!?]\s*$/u;

export function isProseLine(line: string, { language }: CursorContext): boolean {
  if (announcement.test(line)) return true;
  if (!language.lineComments.includes('#') && /^\s*#{1,6} \p{Lu}/u.test(line)) return true;
  // Between tags, a sentence is content like any other.
  return !language.tags && sentence.test(line) && !/[{};=<>[\]]|\w\(/.test(line.replace(/`[^`]*`/g, ''));
}
