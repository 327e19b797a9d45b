/** Extracts the code from a model's output: without the thoughts, fences, prose and special tokens around it. */
import { isOmission } from '../../edits/omissions.ts';
import type { OutputFormat } from '../generator.ts';
import {
  announcement,
  answerTag,
  closingAnswerTag,
  closingThoughtTag,
  finalChannelAtStart,
  isEditStart,
  isProseLine,
  leadingTokensFor,
  remark,
  specialTokensFor,
  thoughtsAtStart,
} from './answer-patterns.ts';
import { isInText, type Opening, scanCode } from './code-scanner.ts';
import type { CursorContext } from './cursor-context.ts';
import { isBlank } from './indentation.ts';
import type { LineStage, StageOutput } from './line-stage.ts';

export type CodeExtractorOptions = {
  readonly format: OutputFormat;
  /** The output begins within thoughts: their opening tag was part of the prompt. */
  readonly startsInThoughts?: boolean;
};

type Extraction = {
  readonly cursor: CursorContext;
  readonly isChat: boolean;
  /** Sentences in the output are prose around the code. */
  readonly dropsSentences: boolean;
  state: 'before' | 'thinking' | 'fenced' | 'plain' | 'done';
  /** What ends the thoughts. */
  thoughtEnd: RegExp;
  fence: string;
  /** White space that begins every line within the fence. */
  fenceMargin: number;
  /** Empty lines before the first text. */
  leadingBlankLines: number;
  /** Thoughts or prose came before the code: empty lines before it belong to them. */
  hasIntroduction: boolean;
  afterBlank: boolean;
  /** What is open at the end of the code so far. */
  readonly openings: Opening[];
};

const nothing: StageOutput = { lines: [] };

export function codeExtractor(
  cursor: CursorContext,
  { format, startsInThoughts = false }: CodeExtractorOptions,
): LineStage {
  const isChat = format === 'chat';
  const extraction: Extraction = {
    cursor,
    isChat,
    dropsSentences: isChat && !cursor.language.prose && !cursor.enclosing,
    state: startsInThoughts ? 'thinking' : 'before',
    thoughtEnd: closingThoughtTag,
    fence: '',
    fenceMargin: 0,
    leadingBlankLines: 0,
    hasIntroduction: startsInThoughts,
    afterBlank: false,
    openings: [...cursor.openings],
  };

  return {
    transform(line) {
      const output = extractFrom(extraction, line);
      for (const code of output.lines)
        scanCode(`${code}\n`, cursor.language, extraction.openings, { fromModel: true });
      extraction.afterBlank = isBlank(line);
      if (output.isLast) extraction.state = 'done';
      return output;
    },
    flush: () => ({
      lines: extraction.state === 'before' ? Array(extraction.leadingBlankLines).fill('') : [],
    }),
  };
}

function extractFrom(extraction: Extraction, line: string): StageOutput {
  switch (extraction.state) {
    case 'done':
      return { lines: [], isLast: true };
    case 'thinking': {
      const end = extraction.thoughtEnd.exec(line);
      if (!end) return nothing;
      extraction.state = 'before';
      startAfterIntroduction(extraction);
      const rest = line.slice(end.index + end[0].length);
      return isBlank(rest) ? nothing : extractFrom(extraction, rest);
    }
    case 'before':
      return extractFirst(extraction, line);
    case 'fenced':
      return extractFenced(extraction, line);
    case 'plain':
      return extractPlain(extraction, line);
  }
}

function startAfterIntroduction(extraction: Extraction): void {
  extraction.hasIntroduction = true;
  extraction.leadingBlankLines = 0;
}

/** Before the code: finds out what the output begins with. */
function extractFirst(extraction: Extraction, outputLine: string): StageOutput {
  const { cursor, isChat } = extraction;
  const rawLine = outputLine.replace(finalChannelAtStart, (header) =>
    cursor.documentContains('<|channel|>') ? header : '',
  );
  const thoughts = thoughtsAtStart(rawLine);
  if (thoughts && !cursor.documentContains(thoughts.token)) {
    extraction.state = 'thinking';
    extraction.thoughtEnd = thoughts.end;
    return extractFrom(extraction, rawLine.slice(thoughts.length));
  }
  const line = rawLine.replace(leadingTokensFor(cursor), (token) =>
    cursor.documentContains(token.trim()) ? token : '',
  );
  if (isBlank(line)) {
    if (isBlank(rawLine) && !extraction.hasIntroduction) extraction.leadingBlankLines += 1;
    return nothing;
  }
  if (line !== rawLine && thoughtsAtStart(line)) return extractFirst(extraction, line);
  // The opening tag was in the prompt: everything before the closing tag was thought.
  const thoughtEnd = /^[^'"`<]*<\/think(?:ing)?>/i.exec(line);
  if (thoughtEnd && !cursor.documentContains(thoughtEnd[0])) {
    extraction.hasIntroduction = true;
    const rest = line.slice(thoughtEnd.index + thoughtEnd[0].length);
    return isBlank(rest) ? nothing : extractFirst(extraction, rest);
  }

  const fencedLine = codeBetweenFences(line.trim());
  if (fencedLine !== undefined && isFenceAroundAnswer(extraction, ''))
    return { lines: [fencedLine], isLast: true };
  const opening = /^(\s*)(`{3,}|~{3,})\s*([\w+#./-]*)/.exec(line);
  const fence = opening && !line.slice(opening[0].length).includes('`') ? opening : null;
  if (isEditStart(line, cursor) || (fence && isEditFence(fence[3] ?? '', cursor)))
    return { lines: [], isLast: true };
  if (fence && isFenceAroundAnswer(extraction, fence[3] ?? '')) {
    extraction.state = 'fenced';
    extraction.fence = fence[2] ?? '';
    extraction.fenceMargin = fence[1]?.length ?? 0;
    extraction.leadingBlankLines = 0;
    return nothing;
  }
  const tag = isChat && answerTag.exec(line);
  if (tag && cursor.language.tags !== 'all') {
    startAfterIntroduction(extraction);
    const rest = line.slice(tag[0].length);
    return isBlank(rest) ? nothing : extractFirst(extraction, rest);
  }
  if (isChat && isIntroduction(extraction, line)) {
    startAfterIntroduction(extraction);
    return nothing;
  }

  extraction.state = 'plain';
  const first = extractPlain(extraction, withoutBackticks(extraction, line));
  return { ...first, lines: [...Array(extraction.leadingBlankLines).fill(''), ...first.lines] };
}

function isIntroduction({ cursor, dropsSentences }: Extraction, line: string): boolean {
  return dropsSentences ? isProseLine(line, cursor) : announcement.test(line) && /:\s*$/.test(line);
}

/** A chat model may put its answer in single backticks, where the language has no such strings. */
function withoutBackticks(
  { cursor: { language }, isChat, hasIntroduction }: Extraction,
  line: string,
): string {
  const isString = language.longStrings.some(([open]) => open === '`');
  const hasNoBackticks = isChat && !language.prose && (!isString || hasIntroduction);
  return (hasNoBackticks && /^\s*`([^`]+)`\s*$/.exec(line)?.[1]) || line;
}

const isEditFence = (info: string, { languageId }: CursorContext): boolean =>
  /^(?:diff|patch|udiff)$/i.test(info) && !/^(?:diff|patch|markdown)$/.test(languageId);

/** A fence around the answer, not one that is part of it. */
function isFenceAroundAnswer({ cursor, isChat }: Extraction, info: string): boolean {
  if (!cursor.language.prose) return !cursor.documentContains('```') || isChat;
  return isChat && /^(?:markdown|md|text|txt|plaintext|latex|tex)$/i.test(info);
}

function extractFenced(extraction: Extraction, line: string): StageOutput {
  const { cursor, fence, fenceMargin } = extraction;
  // An end token may follow the fence directly.
  const trimmed = (cutAtToken(extraction, line).lines[0] ?? '').trim();
  if (trimmed.startsWith(fence) && /^(?:`+|~+)$/.test(trimmed)) return { lines: [], isLast: true };
  const inner = line.slice(Math.min(fenceMargin, /^\s*/.exec(line)?.[0].length ?? 0));
  if (!cursor.language.prose && inner.trimEnd().endsWith(fence))
    return { lines: [inner.trimEnd().slice(0, -fence.length)], isLast: true };
  return cutAtToken(extraction, inner);
}

function extractPlain(extraction: Extraction, line: string): StageOutput {
  const { cursor, dropsSentences, afterBlank, openings } = extraction;
  const isCode = !cursor.language.prose;
  if (isCode && /^\s*(?:`{3,}|~{3,})[\w+#.-]*\s*$/.test(line) && !cursor.documentContains('```'))
    return { lines: [], isLast: true };
  if (isCode && /[^`\s]\s*`{3}\s*$/.test(line) && !cursor.documentContains('```'))
    return { lines: [line.replace(/(?<!\s)\s*`{3}\s*$/, '')], isLast: true };
  if (
    dropsSentences &&
    !isInText(openings) &&
    (afterBlank ? isProseLine(line, cursor) || remark.test(line) : announcement.test(line))
  )
    return { lines: [], isLast: true };
  return cutAtToken(extraction, line);
}

/** The header of a further file, in the formats of Codestral and CodeGeeX. */
const isOtherFile = (line: string): boolean =>
  /^(?:\+{5} \S+\.\w+$|###(?:REFERENCE|PATH|LANGUAGE|MODE):)/.test(line);

/** The line up to the first special token or closing tag that is not the document's own. */
function cutAtToken({ cursor, isChat }: Extraction, line: string): StageOutput {
  if (isOtherFile(line) && !cursor.documentContains(line)) return { lines: [], isLast: true };
  // The model leaves out code instead of completing it.
  if (
    isChat &&
    /\p{L}/u.test(line) &&
    isOmission(line, cursor.languageId) &&
    !cursor.documentContains(line.trim())
  )
    return { lines: [], isLast: true };
  let end = line.length;
  for (const { index, 0: token } of line.matchAll(specialTokensFor(cursor)))
    if (index < end && !cursor.documentContains(token)) end = index;
  const tag = isChat && cursor.language.tags !== 'all' && closingAnswerTag.exec(line);
  if (tag && tag.index < end) end = tag.index;
  const thought = /^\s*<\/?think(?:ing)?>/i.exec(line);
  if (thought && thought.index < end && !cursor.documentContains(thought[0])) end = thought.index;
  return end === line.length ? { lines: [line] } : { lines: [line.slice(0, end)], isLast: true };
}

/** `x` of a line that is "```js x```". */
function codeBetweenFences(line: string): string | undefined {
  const [marks] = /^`{3,}/.exec(line) ?? [];
  if (!marks || !line.endsWith(marks) || line.length <= 2 * marks.length) return undefined;
  const inner = line.slice(marks.length, -marks.length);
  return inner.includes('`') ? undefined : inner.replace(/^[\w+#.-]+ +(?=.)/, '').trim();
}
