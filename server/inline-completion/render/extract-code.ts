/** The code in what a model says: without thoughts, fences, prose and special tokens around it. */
import type { OutputFormat } from '../generator.ts';
import { type Opening, scanCode } from './code-scanner.ts';
import type { CursorContext } from './cursor-context.ts';
import { isBlank } from './indentation.ts';

/** What a stage makes of a line. `done`: nothing after it counts. */
export type StageOutput = { readonly lines: readonly string[]; readonly isLast?: boolean };

export type LineStage = {
  transform(line: string): StageOutput;
  /** Lines that were waiting. */
  flush(): StageOutput;
};

export type CodeExtractorOptions = {
  readonly format: OutputFormat;
  /** The answer begins within thoughts, whose opening tag was part of the prompt. */
  readonly startsInThoughts?: boolean;
};

type ExtractorState = 'before' | 'thinking' | 'fenced' | 'plain' | 'done';

export function codeExtractor(
  cursor: CursorContext,
  { format, startsInThoughts = false }: CodeExtractorOptions,
): LineStage {
  const chat = format === 'chat';
  const sentences = chat && !cursor.language.prose && !cursor.enclosing;
  let state: ExtractorState = startsInThoughts ? 'thinking' : 'before';
  let fence = '';
  /** Blanks at the front of every line within the fence. */
  let margin = 0;
  /** Empty lines before anything was said. */
  let leading = 0;
  let introduced = startsInThoughts;
  let afterBlank = false;
  /** What the code has opened so far. */
  const open: Opening[] = [...cursor.openings];

  return {
    transform(line) {
      const passed = take(line);
      for (const each of passed.lines) scanCode(`${each}\n`, cursor.language, open, { fromModel: true });
      afterBlank = isBlank(line);
      if (passed.isLast) state = 'done';
      return passed;
    },
    flush: () => ({ lines: state === 'before' ? Array(leading).fill('') : [] }),
  };

  function take(line: string): StageOutput {
    switch (state) {
      case 'done':
        return { lines: [], isLast: true };
      case 'thinking': {
        const end = closingThoughtTag.exec(line);
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

  function begin(raw: string): StageOutput {
    const line = raw.replace(leadingTokensFor(cursor), (token) =>
      cursor.documentContains(token.trim()) ? token : '',
    );
    if (isBlank(line)) {
      if (isBlank(raw) && !introduced) leading += 1;
      return { lines: [] };
    }
    const thought = /^\s*<(?:think|thinking|thought|reasoning)>/i.exec(line);
    if (thought && !cursor.documentContains(thought[0].trim())) {
      state = 'thinking';
      return take(line.slice(thought[0].length));
    }
    // Its opening tag was in the prompt: all before it, held as prose or not, was thought.
    const ended = /^[^'"`<]*<\/think(?:ing)?>/i.exec(line);
    if (ended && !cursor.documentContains(ended[0])) {
      introduced = true;
      const rest = line.slice(ended.index + ended[0].length);
      return isBlank(rest) ? { lines: [] } : begin(rest);
    }

    const oneLine = /^\s*(`{3,})(?:[\w+#.-]+ +)?([^`]+)\1\s*$/.exec(line);
    if (oneLine?.[2] && wraps('')) return { lines: [oneLine[2].trim()], isLast: true };
    const opening = /^(\s*)(`{3,}|~{3,})\s*([\w+#./-]*)[^`]*$/.exec(line);
    if (opening && wraps(opening[3] ?? '')) {
      state = 'fenced';
      fence = opening[2] ?? '';
      margin = opening[1]?.length ?? 0;
      leading = 0;
      return { lines: [] };
    }
    const tag = chat && answerTag.exec(line);
    if (tag && cursor.language.tags !== 'all') {
      introduced = true;
      leading = 0;
      const rest = line.slice(tag[0].length);
      return isBlank(rest) ? { lines: [] } : begin(rest);
    }
    if (chat && (sentences ? isProseLine(line, cursor) : announcement.test(line) && /:\s*$/.test(line))) {
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
    const plain =
      chat && !cursor.language.prose && !cursor.language.longStrings.some(([open]) => open === '`');
    return (plain && /^\s*`([^`]+)`\s*$/.exec(line)?.[1]) || line;
  }

  /** A fence around the answer, not one that belongs to it. */
  function wraps(info: string): boolean {
    if (!cursor.language.prose) return !cursor.documentContains('```') || chat;
    return chat && /^(?:markdown|md|text|txt|plaintext|latex|tex)$/i.test(info);
  }

  function inFence(line: string): StageOutput {
    const trimmed = line.trim();
    if (trimmed.startsWith(fence) && /^(?:`+|~+)$/.test(trimmed)) return { lines: [], isLast: true };
    const inner = line.slice(Math.min(margin, /^\s*/.exec(line)?.[0].length ?? 0));
    if (!cursor.language.prose && inner.trimEnd().endsWith(fence))
      return { lines: [inner.trimEnd().slice(0, -fence.length)], isLast: true };
    return withoutTokens(inner);
  }

  function inPlain(line: string): StageOutput {
    if (
      !cursor.language.prose &&
      /^\s*(?:`{3,}|~{3,})[\w+#.-]*\s*$/.test(line) &&
      !cursor.documentContains('```')
    )
      return { lines: [], isLast: true };
    if (!cursor.language.prose && /[^`\s]\s*`{3}\s*$/.test(line) && !cursor.documentContains('```'))
      return { lines: [line.replace(/\s*`{3}\s*$/, '')], isLast: true };
    if (
      sentences &&
      !isText() &&
      (afterBlank ? isProseLine(line, cursor) || remark.test(line) : announcement.test(line))
    )
      return { lines: [], isLast: true };
    return withoutTokens(line);
  }

  /** The line belongs to a string or a comment of the code. */
  function isText(): boolean {
    const kind = open.at(-1)?.kind;
    return kind === 'string' || kind === 'comment';
  }

  /** The line up to the first token that is none of the text's. */
  function withoutTokens(line: string): StageOutput {
    let end = line.length;
    for (const { index, 0: token } of line.matchAll(specialTokensFor(cursor)))
      if (index < end && !cursor.documentContains(token)) end = index;
    const tag =
      chat && cursor.language.tags !== 'all' && /<\/(?:completion|answer|code|missing|fill)>/i.exec(line);
    if (tag && tag.index < end) end = tag.index;
    const thoughts = /^\s*<\/?think(?:ing)?>/i.exec(line);
    if (thoughts && thoughts.index < end && !cursor.documentContains(thoughts[0])) end = thoughts.index;
    return end === line.length ? { lines: [line] } : { lines: [line.slice(0, end)], isLast: true };
  }
}

const closingThoughtTag = /<\/(?:think|thinking|thought|reasoning)>/i;

/** `<|endoftext|>`, DeepSeek's `<｜fim▁end｜>`, StarCoder's `<fim_middle>`, CodeLlama's `<EOT>`, Gemma's `<end_of_turn>`. */
const specialToken =
  '<[|｜][^|｜<>\\s]{1,40}[|｜]>|<\\/?(?:fim[_-](?:prefix|suffix|middle|pad)|file_sep|file_separator|filename|reponame|repo_name|gh_stars|issue_start|jupyter_start|jupyter_code|end_of_turn|start_of_turn|end_of_text|endoftext|EOT|PRE|SUF|MID|eos|bos)>|\\[\\/?(?:PREFIX|SUFFIX|MIDDLE|INST)\\]';
const specialTokenPattern = new RegExp(specialToken, 'g');
/** `<s>` strikes through in markup. */
const specialTokenOrSentencePattern = new RegExp(`${specialToken}|<\\/?s>`, 'g');
const specialTokensFor = ({ language }: CursorContext) =>
  language.tags || language.prose ? specialTokenPattern : specialTokenOrSentencePattern;
/** Tokens that stand before an answer, with the name of who speaks. */
const leadingTokenPattern = new RegExp(`^\\s*(?:(?:${specialToken})(?:assistant\\b|model\\b)?)+`);
const leadingTokenOrSentencePattern = new RegExp(
  `^\\s*(?:(?:${specialToken}|<s>)(?:assistant\\b|model\\b)?)+`,
);
const leadingTokensFor = ({ language }: CursorContext) =>
  language.tags || language.prose ? leadingTokenPattern : leadingTokenOrSentencePattern;

const answerTag = /^\s*<(?:completion|answer|code|missing|fill|middle|result)>/i;

/** Where a chat model speaks of what it is about to say, in English and Spanish. Capitals tell it from names in code. */
const announcement = new RegExp(
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
const remark =
  /^\s*(?:\*\*|#{1,6}\s+[A-ZÁÉÍÓÚ]|[-*\u2022]\s+\S.*[.:]\s*$|(?:note|explanation|nota|explicación|this|esto?|esta|the|el|la|in this|en este)\b.*[.:]\s*$|(?:note|explanation|nota|explicación):)/iu;

/** A sentence of words, without anything that code is made of. */
const sentence = /^\s*[A-ZÁÉÍÓÚÑ¿¡]\p{L}*,?(?: [\p{L}\d'\u2019`"()/.,-]+){3,}[.:!?]\s*$/u;

function isProseLine(line: string, { language }: CursorContext): boolean {
  if (announcement.test(line)) return true;
  if (!language.lineComments.includes('#') && /^\s*#{1,6} \p{Lu}/u.test(line)) return true;
  // Between tags sentences are text like any other.
  return !language.tags && sentence.test(line) && !/[{};=<>[\]]|\w\(/.test(line.replace(/`[^`]*`/g, ''));
}
