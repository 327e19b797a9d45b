/** What surrounds code in a model's output: thoughts, special tokens, tags and prose in English and Spanish. */
import type { CursorContext } from './cursor-context.ts';

export const closingThoughtTag = /<\/(?:think|thinking|thought|reasoning)>/i;

/** `<|endoftext|>`, DeepSeek's `<｜fim▁end｜>`, StarCoder's `<fim_middle>`, CodeLlama's `<EOT>`, Gemma's `<end_of_turn>`. */
const specialToken =
  '<[|｜][^|｜<>\\s]{1,40}[|｜]>|<\\/?(?:fim[_-](?:prefix|suffix|middle|pad)|file_sep|file_separator|filename|reponame|repo_name|gh_stars|issue_start|jupyter_start|jupyter_code|end_of_turn|start_of_turn|end_of_text|endoftext|EOT|PRE|SUF|MID|eos|bos)>|\\[\\/?(?:PREFIX|SUFFIX|MIDDLE|INST)\\]';
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
export const answerTag = /^\s*<(?:completion|answer|code|missing|fill|middle|result)>/i;

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
