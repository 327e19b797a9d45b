/**
 * Parses a prompt into the user's sentences and pasted text. Pasted code, traces and diffs are counted and not read:
 * their words are not the user's.
 */
import { charCode } from './phrases.ts';

export type Sentence = {
  /** Indices in `codes`, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly asks: boolean;
  readonly isBullet: boolean;
};

export type ParsedPrompt = {
  /** The prose, folded: without case, accents and apostrophes; one code per character. See `charCode` in phrases.ts. */
  readonly codes: Uint8Array;
  readonly sentences: readonly Sentence[];
  /** Number of lines by kind. */
  readonly lines: { prose: number; bullet: number; code: number; trace: number; diff: number };
  readonly fences: number;
  /** Opening marks of Spanish sentences. */
  readonly spanishMarks: number;
  /** Identifiers: `fooBar`, `a_b`, `main.ts`. */
  readonly names: number;
  readonly numbers: number;
  /** Characters of the whole prompt. */
  readonly length: number;
};

/** Characters read at each end of a long prompt: requests are at the start or at the end. */
const window = 1_600;

export function parsePrompt(prompt: string): ParsedPrompt {
  const text =
    prompt.length <= 2 * window
      ? prompt
      : `${prompt.slice(0, window)}\n${prompt.slice(prompt.length - window)}`;
  const prose: Prose = {
    codes: new Uint8Array(text.length + 2),
    end: 0,
    sentences: [],
    spanishMarks: 0,
    names: 0,
    numbers: 0,
  };
  const lines = { prose: 0, bullet: 0, code: 0, trace: 0, diff: 0 };
  let fences = 0;
  let fenced = false;
  let inDiff = false;

  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end);
    start = end + 1;
    const first = firstVisible(line);
    if (first === line.length) continue;
    if (line.startsWith('```', first) || line.startsWith('~~~', first)) {
      fenced = !fenced;
      fences++;
      continue;
    }
    if (diffHead.test(line)) inDiff = true;
    const kind = kindOf(line, first, fenced, inDiff);
    lines[kind]++;
    if (kind === 'prose' || kind === 'bullet') {
      inDiff = false;
      readProse(prose, line, first, kind === 'bullet');
    }
  }
  const { codes, end, sentences, spanishMarks, names, numbers } = prose;
  return {
    codes: codes.subarray(0, end),
    sentences,
    lines,
    fences,
    spanishMarks,
    names,
    numbers,
    length: prompt.length,
  };
}

/** The prose as read so far; `end` is the index in `codes` that follows it. */
type Prose = {
  readonly codes: Uint8Array;
  end: number;
  readonly sentences: Sentence[];
  spanishMarks: number;
  names: number;
  numbers: number;
};

/** Adds a line of prose. No closure of `parsePrompt`: V8 would forget its optimized code with each full collection. */
function readProse(prose: Prose, line: string, from: number, isBullet: boolean): void {
  const { codes } = prose;
  let at = prose.end;
  let start = at;
  let asks = false;
  let last: number = charCode.blank;
  for (let index = from; index < line.length; index++) {
    const char = line.charCodeAt(index);
    let folded =
      char < foldings.length
        ? (foldings[char] ?? charCode.blank)
        : char === 0x2019
          ? skipped
          : charCode.blank;
    if (folded === skipped) continue;
    if (folded === mark) {
      // A dot inside a word is part of an identifier: node.js, a.b.
      const next = line.charCodeAt(index + 1);
      if (char === dot && last !== charCode.blank && isWordChar(next)) folded = charCode.other;
      else {
        if (char === question || char === openingQuestion) asks = true;
        if (char === openingQuestion || char === openingExclamation) prose.spanishMarks++;
        else {
          at = endSentence(prose, start, at, asks, isBullet);
          start = at;
          asks = false;
          last = charCode.blank;
        }
        continue;
      }
    }
    if (folded === charCode.blank && (last === charCode.blank || last === charCode.pause)) continue;
    if (folded === charCode.pause && last === charCode.blank && at > start) at--;
    if (folded === charCode.other && last <= 26 && last > 0) prose.names++;
    else if (char >= 65 && char <= 90 && index > 0 && isLower(line.charCodeAt(index - 1))) prose.names++;
    if (
      folded >= charCode.digit &&
      folded < charCode.other &&
      !(last >= charCode.digit && last < charCode.other)
    )
      prose.numbers++;
    codes[at++] = folded;
    last = folded;
  }
  prose.end = endSentence(prose, start, at, asks, isBullet);
}

/** Ends the sentence from `start` to `end`, if it has any character. Returns where the next one starts. */
function endSentence(
  { codes, sentences }: Prose,
  start: number,
  end: number,
  asks: boolean,
  isBullet: boolean,
): number {
  if (end === start) return end;
  sentences.push({ start, end, asks, isBullet });
  codes[end] = charCode.end;
  return end + 1;
}

/** Characters of a line that decide its kind: patterns do not run over more, whatever is pasted. */
const kindCharacters = 120;

function kindOf(whole: string, first: number, fenced: boolean, inDiff: boolean): keyof ParsedPrompt['lines'] {
  const line = whole.slice(0, kindCharacters);
  if (trace.test(line)) return 'trace';
  if (inDiff || diffHead.test(line)) {
    const char = line.charCodeAt(0);
    if (char === plus || char === minus || char === 64 || char === 32 || diffHead.test(line)) return 'diff';
  }
  if (fenced) return 'code';
  if (bullet.test(line)) return 'bullet';
  return codeStart.test(line) || isDense(whole, first) ? 'code' : 'prose';
}

/** Code has many marks, or ends like a statement. */
function isDense(line: string, first: number): boolean {
  let marks = 0;
  let spaces = 0;
  let spacesBefore = 0;
  for (let index = first; index < line.length; index++) {
    const char = line.charCodeAt(index);
    if (char === 32) spaces++;
    else if (isCodeMark(char)) {
      if (marks === 0) spacesBefore = spaces;
      marks++;
    }
  }
  if (marks === 0 || spacesBefore >= minLeadingWords) return false;
  const length = line.length - first;
  const last = line.charCodeAt(line.length - 1);
  if (last === 59 || last === 123 || last === 125) return length < 200;
  return marks >= 3 && (marks * 9 > length || (marks * 14 > length && spaces < length / 9));
}

/** A line that starts with so many plain words is prose, whatever it ends with. */
const minLeadingWords = 4;

const isCodeMark = (char: number): boolean =>
  (char >= 123 && char <= 125) ||
  char === 91 ||
  char === 93 ||
  char === 59 ||
  (char >= 60 && char <= 62) ||
  char === 36 ||
  char === 38 ||
  char === 61 ||
  char === 40 ||
  char === 92 ||
  char === 95;

const codeStart =
  /^\s*(?:import\s+[\w{*"']+.*(?:from|;|$)|from\s+\S+\s+import\s|def\s+\w+\s*\(|class\s+\w+\s*[:({]|(?:export\s+)?(?:const|let|var)\s+\w+\s*[=:]|(?:export\s+)?(?:async\s+)?function\s*\w*\(|(?:public|private|protected|static)\s+\w+|#include|@\w+\(|SELECT\s.+FROM\s|(?:INSERT|UPDATE|DELETE|ALTER|CREATE)\s+(?:INTO|TABLE|FROM|\w+\s+SET)\s|(?:if|for|while|switch)\s*\(|for\s+\w+\s+in\s+.*:$|(?:else|try|finally)\s*[:{]|return\s+[\w("'[]+.*$|<\/?\w[^>]*>|\/\/|\/\*|\$\s|>>>|"[\w-]+"\s*:|\.[\w-]+\s*\{|[\w.]+\(.*\)$|[\w.]+\s*=\s*\S)/;
const trace =
  /^\s*(?:at\s+\S.*[:(]|Traceback \(most|File ".*", line \d|(?:[\w.]*(?:Error|Exception)|Caused by|panic|FATAL[\w ]*|fatal|npm ERR!|ERROR|error(?:\[\w+\])?|[EW]\/\w+)(?::|\s*!|\s{2}|$)|--> |thrown:|\w+\/?[\w.]*:\d+:\d+|\u25CF\s|\d{4}-\d\d-\d\d[T ]\d\d:\d\d)/;
const diffHead = /^(?:diff --git |@@ -|\+\+\+ |--- a\/|index [0-9a-f]{6,})/;
const bullet = /^\s*(?:[-*\u2022\u2013]|\d{1,2}[.)])\s+\S/;

const [plus, minus, dot, question, openingQuestion, openingExclamation] = [43, 45, 46, 63, 0xbf, 0xa1];

/** Besides the codes: a mark that ends a sentence, and a character that is skipped. */
const [mark, skipped] = [40, 41];

const foldings = (() => {
  const table = new Uint8Array(0x180).fill(charCode.blank);
  for (let char = 0; char < table.length; char++) {
    const plain = String.fromCharCode(char).normalize('NFD').toLowerCase().charCodeAt(0);
    if (plain >= 97 && plain <= 122) table[char] = plain - 96;
    else if (char >= 48 && char <= 57) table[char] = charCode.digit + char - 48;
  }
  for (const char of ['_', '@', '#', '+', '$', '=']) table[char.charCodeAt(0)] = charCode.other;
  for (const char of [',', ':', '(', ')', '"', '«', '»', '[', ']', '|'])
    table[char.charCodeAt(0)] = charCode.pause;
  for (const char of ['.', '?', '!', ';', '¿', '¡']) table[char.charCodeAt(0)] = mark;
  for (const char of ["'", '`', '*', '´']) table[char.charCodeAt(0)] = skipped;
  return table;
})();

const isLower = (char: number): boolean => char >= 97 && char <= 122;
const isWordChar = (char: number): boolean => isLower(char) || (char >= 48 && char <= 57);

function firstVisible(line: string): number {
  let index = 0;
  while (index < line.length && line.charCodeAt(index) <= 32) index++;
  return index;
}
