/** The code in what a model says: without thoughts, fences, prose and special tokens around it. */
import type { OutputFormat } from '../generator.ts';
import type { CursorPosition } from './cursor-position.ts';
import { isBlank } from './indentation.ts';
import { type Opening, scan } from './scan.ts';

/** What a stage makes of a line. `done`: nothing after it counts. */
export type Passed = { readonly lines: readonly string[]; readonly done?: boolean };

export type Stage = {
  take(line: string): Passed;
  /** Lines that were waiting. */
  end(): Passed;
};

export type AnswerOptions = {
  readonly manner: OutputFormat;
  /** The answer begins within thoughts, whose opening tag was part of the prompt. */
  readonly thinking?: boolean;
};

type State = 'before' | 'thinking' | 'fenced' | 'plain' | 'done';

export function codeInAnswer(place: CursorPosition, { manner, thinking = false }: AnswerOptions): Stage {
  const chat = manner === 'chat';
  const sentences = chat && !place.language.prose && !place.within;
  let state: State = thinking ? 'thinking' : 'before';
  let fence = '';
  /** Blanks at the front of every line within the fence. */
  let margin = 0;
  /** Empty lines before anything was said. */
  let leading = 0;
  let introduced = thinking;
  let afterBlank = false;
  /** What the code has opened so far. */
  const open: Opening[] = [...place.stack];

  return {
    take(line) {
      const passed = take(line);
      for (const each of passed.lines) scan(`${each}\n`, place.language, open, { own: true });
      afterBlank = isBlank(line);
      if (passed.done) state = 'done';
      return passed;
    },
    end: () => ({ lines: state === 'before' ? Array(leading).fill('') : [] }),
  };

  function take(line: string): Passed {
    switch (state) {
      case 'done':
        return { lines: [], done: true };
      case 'thinking': {
        const end = thoughtsEnd.exec(line);
        if (!end) return { lines: [] };
        state = 'before';
        introduced = true;
        leading = 0;
        const rest = line.slice(end.index + end[0].length);
        return isBlank(rest) ? { lines: [] } : take(rest);
      }
      case 'before':
        return begin(line);
      case 'fenced':
        return inFence(line);
      case 'plain':
        return inPlain(line);
    }
  }

  function begin(raw: string): Passed {
    const line = raw.replace(leadingTokens(place), (token) => (place.mentions(token.trim()) ? token : ''));
    if (isBlank(line)) {
      if (isBlank(raw) && !introduced) leading += 1;
      return { lines: [] };
    }
    const thought = /^\s*<(?:think|thinking|thought|reasoning)>/i.exec(line);
    if (thought && !place.mentions(thought[0].trim())) {
      state = 'thinking';
      return take(line.slice(thought[0].length));
    }
    // Its opening tag was in the prompt: all before it, held as prose or not, was thought.
    const ended = /^[^'"`<]*<\/think(?:ing)?>/i.exec(line);
    if (ended && !place.mentions(ended[0])) {
      introduced = true;
      const rest = line.slice(ended.index + ended[0].length);
      return isBlank(rest) ? { lines: [] } : begin(rest);
    }

    const oneLine = /^\s*(`{3,})(?:[\w+#.-]+ +)?([^`]+)\1\s*$/.exec(line);
    if (oneLine?.[2] && wraps('')) return { lines: [oneLine[2].trim()], done: true };
    const opening = /^(\s*)(`{3,}|~{3,})\s*([\w+#./-]*)[^`]*$/.exec(line);
    if (opening && wraps(opening[3] ?? '')) {
      state = 'fenced';
      fence = opening[2] ?? '';
      margin = opening[1]?.length ?? 0;
      leading = 0;
      return { lines: [] };
    }
    const tag = chat && answerTag.exec(line);
    if (tag && place.language.tags !== 'all') {
      introduced = true;
      leading = 0;
      const rest = line.slice(tag[0].length);
      return isBlank(rest) ? { lines: [] } : begin(rest);
    }
    if (chat && (sentences ? isProse(line, place) : announces.test(line) && /:\s*$/.test(line))) {
      introduced = true;
      leading = 0;
      return { lines: [] };
    }

    state = 'plain';
    const whole = inPlain(unquoted(line));
    return { ...whole, lines: [...Array(leading).fill(''), ...whole.lines] };
  }

  /** A chat model's answer set in single backticks, where the language has no such strings. */
  function unquoted(line: string): string {
    const plain = chat && !place.language.prose && !place.language.longStrings.some(([open]) => open === '`');
    return (plain && /^\s*`([^`]+)`\s*$/.exec(line)?.[1]) || line;
  }

  /** A fence around the answer, not one that belongs to it. */
  function wraps(info: string): boolean {
    if (!place.language.prose) return !place.mentions('```') || chat;
    return chat && /^(?:markdown|md|text|txt|plaintext|latex|tex)$/i.test(info);
  }

  function inFence(line: string): Passed {
    const trimmed = line.trim();
    if (trimmed.startsWith(fence) && /^(?:`+|~+)$/.test(trimmed)) return { lines: [], done: true };
    const inner = line.slice(Math.min(margin, /^\s*/.exec(line)?.[0].length ?? 0));
    if (!place.language.prose && inner.trimEnd().endsWith(fence))
      return { lines: [inner.trimEnd().slice(0, -fence.length)], done: true };
    return withoutTokens(inner);
  }

  function inPlain(line: string): Passed {
    if (!place.language.prose && /^\s*(?:`{3,}|~{3,})[\w+#.-]*\s*$/.test(line) && !place.mentions('```'))
      return { lines: [], done: true };
    if (!place.language.prose && /[^`\s]\s*`{3}\s*$/.test(line) && !place.mentions('```'))
      return { lines: [line.replace(/\s*`{3}\s*$/, '')], done: true };
    if (
      sentences &&
      !isText() &&
      (afterBlank ? isProse(line, place) || remarks.test(line) : announces.test(line))
    )
      return { lines: [], done: true };
    return withoutTokens(line);
  }

  /** The line belongs to a string or a comment of the code. */
  function isText(): boolean {
    const kind = open.at(-1)?.kind;
    return kind === 'string' || kind === 'comment';
  }

  /** The line up to the first token that is none of the text's. */
  function withoutTokens(line: string): Passed {
    let end = line.length;
    for (const { index, 0: token } of line.matchAll(specialTokens(place)))
      if (index < end && !place.mentions(token)) end = index;
    const tag =
      chat && place.language.tags !== 'all' && /<\/(?:completion|answer|code|missing|fill)>/i.exec(line);
    if (tag && tag.index < end) end = tag.index;
    const thoughts = /^\s*<\/?think(?:ing)?>/i.exec(line);
    if (thoughts && thoughts.index < end && !place.mentions(thoughts[0])) end = thoughts.index;
    return end === line.length ? { lines: [line] } : { lines: [line.slice(0, end)], done: true };
  }
}

const thoughtsEnd = /<\/(?:think|thinking|thought|reasoning)>/i;

/** `<|endoftext|>`, DeepSeek's `<｜fim▁end｜>`, StarCoder's `<fim_middle>`, CodeLlama's `<EOT>`, Gemma's `<end_of_turn>`. */
const token =
  '<[|｜][^|｜<>\\s]{1,40}[|｜]>|<\\/?(?:fim[_-](?:prefix|suffix|middle|pad)|file_sep|file_separator|filename|reponame|repo_name|gh_stars|issue_start|jupyter_start|jupyter_code|end_of_turn|start_of_turn|end_of_text|endoftext|EOT|PRE|SUF|MID|eos|bos)>|\\[\\/?(?:PREFIX|SUFFIX|MIDDLE|INST)\\]';
const anywhere = new RegExp(token, 'g');
/** `<s>` strikes through in markup. */
const withSentenceEnds = new RegExp(`${token}|<\\/?s>`, 'g');
const specialTokens = ({ language }: CursorPosition) =>
  language.tags || language.prose ? anywhere : withSentenceEnds;
/** Tokens that stand before an answer, with the name of who speaks. */
const atStart = new RegExp(`^\\s*(?:(?:${token})(?:assistant\\b|model\\b)?)+`);
const atStartOfSentence = new RegExp(`^\\s*(?:(?:${token}|<s>)(?:assistant\\b|model\\b)?)+`);
const leadingTokens = ({ language }: CursorPosition) =>
  language.tags || language.prose ? atStart : atStartOfSentence;

const answerTag = /^\s*<(?:completion|answer|code|missing|fill|middle|result)>/i;

/** Where a chat model speaks of what it is about to say, in English and Spanish. Capitals tell it from names in code. */
const announces = new RegExp(
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

/** What comes after code: headings, lists of what was done, notes. */
const remarks =
  /^\s*(?:\*\*|#{1,6}\s+[A-ZÁÉÍÓÚ]|[-*\u2022]\s+\S.*[.:]\s*$|(?:note|explanation|nota|explicación|this|esto?|esta|the|el|la|in this|en este)\b.*[.:]\s*$|(?:note|explanation|nota|explicación):)/iu;

/** A sentence of words, without anything that code is made of. */
const sentence = /^\s*[A-ZÁÉÍÓÚÑ¿¡]\p{L}*,?(?: [\p{L}\d'\u2019`"()/.,-]+){3,}[.:!?]\s*$/u;

function isProse(line: string, { language }: CursorPosition): boolean {
  if (announces.test(line)) return true;
  if (!language.lineComments.includes('#') && /^\s*#{1,6} \p{Lu}/u.test(line)) return true;
  // Between tags sentences are text like any other.
  return !language.tags && sentence.test(line) && !/[{};=<>[\]]|\w\(/.test(line.replace(/`[^`]*`/g, ''));
}
