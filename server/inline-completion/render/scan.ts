/** Brackets, strings, comments, tags and block words in a piece of code: what opens, what closes, and what is open at its end. */
import { type Language, voidElements } from './languages.ts';

/** Something that waits for its end. */
export type Opening = {
  readonly kind: 'bracket' | 'string' | 'comment' | 'word' | 'head' | 'tag';
  /** What ends it. `\n`: the end of the line. */
  readonly close: string;
  /** It ends with its line at the latest. */
  readonly oneLine: boolean;
  /** It was opened by what a model wrote, not by the document. */
  readonly own: boolean;
};

export type Token = {
  readonly kind: 'open' | 'close';
  readonly text: string;
  /** Offset in the scanned text, and where the next one may begin. */
  readonly at: number;
  readonly end: number;
  /** What was opened, or closed; absent: it closes nothing. */
  readonly opening?: Opening;
};

export type ScanOptions = {
  /** The text is a model's. */
  readonly own?: boolean;
  /** What stands before the text on its first line. */
  readonly lead?: string;
  readonly visit?: (token: Token) => void;
};

/** Reads `text`, bringing `stack` up to its end. */
export function scan(text: string, language: Language, stack: Opening[], options: ScanOptions = {}): void {
  const { own = false, lead = '', visit } = options;
  const full = lead + text;
  let at = lead.length;

  const open = (opening: Omit<Opening, 'own' | 'oneLine'> & { oneLine?: boolean }, length: number) => {
    const opened = { oneLine: false, ...opening, own };
    stack.push(opened);
    visit?.({
      kind: 'open',
      text: full.slice(at, at + length),
      at: at - lead.length,
      end: at - lead.length + length,
      opening: opened,
    });
    at += length;
  };
  const close = (text: string, matches: (opening: Opening) => boolean) => {
    const index = stack.findLastIndex(matches);
    // A closer of something further out means that what is inside was never a pair.
    const opening = index < 0 ? undefined : stack[index];
    if (opening) stack.length = index;
    const from = at - lead.length;
    visit?.({
      kind: 'close',
      text,
      at: from,
      end: from + text.length,
      ...(opening && { opening }),
    });
    at += text.length;
  };

  while (at < full.length) {
    const top = stack.at(-1);
    if (top?.kind === 'string' || top?.kind === 'comment') {
      const found = next(inside(top, language), full, at);
      if (!found) return;
      at = found.index;
      const [token] = found;
      if (token.startsWith('\\')) at += token.length;
      else if (token === '\n' && top.oneLine) {
        stack.pop();
        at += 1;
      } else if (token === top.close) close(token, (opening) => opening === top);
      else if (token === language.interpolation) open({ kind: 'bracket', close: '}' }, token.length);
      else at += 1;
      continue;
    }

    const where = top?.kind === 'head' ? 'head' : inText(top, language) ? 'text' : 'code';
    const found = next(tokensOf(language)[where], full, at);
    if (!found) return;
    at = found.index;
    const [token] = found;
    const { skip, comment, block, long, quote, head, tail, word } = found.groups ?? {};
    if (skip !== undefined) at += token.length;
    else if (comment !== undefined) open({ kind: 'comment', close: '\n', oneLine: true }, token.length);
    else if (block !== undefined)
      open({ kind: 'comment', close: pairOf(language.blockComments, token) }, token.length);
    else if (long !== undefined)
      open({ kind: 'string', close: pairOf(language.longStrings, token) }, token.length);
    else if (quote !== undefined) open({ kind: 'string', close: token, oneLine: true }, token.length);
    else if (head !== undefined) open({ kind: 'head', close: `</${token.slice(1)}>` }, token.length);
    else if (tail !== undefined)
      close(token, (opening) => opening.kind === 'tag' && opening.close === token.replaceAll(/\s/g, ''));
    else if (word !== undefined) {
      const line = full.slice(full.lastIndexOf('\n', at - 1) + 1, at + token.length);
      const opener = language.words?.close[token];
      if (opener !== undefined && !/[.:@$]$/.test(line.slice(0, -token.length)))
        close(token, (opening) => opening.kind === 'word' && (opener === '' || opening.close === token));
      else if (opener === undefined && language.words?.open.test(line))
        open({ kind: 'word', close: closerOf(language, token) }, token.length);
      else at += token.length;
    } else if (where === 'head' && token.endsWith('>')) {
      const opening = stack.pop();
      visit?.({
        kind: 'close',
        text: token,
        at: at - lead.length,
        end: at - lead.length + token.length,
        ...(opening && { opening }),
      });
      const name = opening?.close.slice(2, -1).toLowerCase() ?? '';
      at += token.length;
      if (opening && token === '>' && !(language.tags === 'all' && voidElements.has(name)))
        stack.push({ ...opening, kind: 'tag' });
    } else {
      const closer = closers[token];
      if (closer) open({ kind: 'bracket', close: closer }, 1);
      else close(token, (opening) => opening.kind === 'bracket' && opening.close === token);
    }
  }
}

/** What closes each bracket. */
const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const next = (pattern: RegExp, text: string, from: number): RegExpExecArray | null => {
  pattern.lastIndex = from;
  return pattern.exec(text);
};

const inText = (top: Opening | undefined, { tags }: Language) =>
  tags === 'all' ? top?.kind !== 'bracket' : tags === 'jsx' && top?.kind === 'tag';

const pairOf = (pairs: Language['longStrings'], open: string) =>
  pairs.find(([first]) => first === open)?.[1] ?? open;

/** The word that ends what `opener` begins. */
function closerOf({ words }: Language, opener: string): string {
  const all = Object.entries(words?.close ?? {});
  return (all.find(([, opens]) => opens === opener) ?? all.find(([, opens]) => opens === ''))?.[0] ?? '';
}

const literally = (texts: readonly string[]) =>
  texts
    .toSorted((a, b) => b.length - a.length)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'))
    .join('|') || '(?!)';

const insides = new Map<string, RegExp>();

function inside(top: Opening, language: Language): RegExp {
  const interpolated = top.close === '`' ? language.interpolation : undefined;
  const key = `${top.kind} ${top.close} ${interpolated}`;
  const known = insides.get(key);
  if (known) return known;
  const stops = literally([top.close, ...(interpolated ? [interpolated] : [])]);
  const made = new RegExp(`${top.kind === 'string' ? '\\\\[^\\n]|' : ''}${stops}|\\n`, 'g');
  insides.set(key, made);
  return made;
}

type Tokens = { readonly code: RegExp; readonly text: RegExp; readonly head: RegExp };
const known = new WeakMap<Language, Tokens>();

function tokensOf(language: Language): Tokens {
  const made = known.get(language) ?? tokens(language);
  known.set(language, made);
  return made;
}

/** A place where an expression begins, not an operator. */
const operand = '(?<=(?:^|[=(,:[!&|?{};>+]|\\breturn|=>)\\s*)';

function tokens({
  quotes,
  longStrings,
  lineComments,
  blockComments,
  tags,
  patterns,
  characters,
  words,
  prose,
}: Language): Tokens {
  const group = (name: string, source: string) => `(?<${name}>${source})`;
  const comment = group('block', literally(blockComments.map(([first]) => first)));
  const tag = `${group('tail', '<\\/[A-Za-z][\\w.:-]*\\s*>')}|${group('head', '<[A-Za-z][\\w.:-]*')}`;
  const skips = [
    ...(patterns ? [`${operand}\\/(?![/*])(?:\\\\.|\\[(?:\\\\.|[^\\]\\\\\\n])*\\]|[^/\\\\\\n[])+\\/`] : []),
    ...(characters ? ["'(?:\\\\[^\\n]{1,8}?|[^'\\\\\\n])'"] : []),
    // In a shell and in Ruby `#` is a comment only at the start of a word.
    ...(lineComments.includes('#') ? ['(?<=[\\w$({"\'])#'] : []),
    ...(quotes.includes("'") ? ["(?<=\\d)'(?=\\d)"] : []),
  ];
  const code = [
    comment,
    group('long', literally(longStrings.map(([first]) => first))),
    group('skip', skips.join('|') || '(?!)'),
    group('comment', literally(lineComments)),
    group('quote', quotes ? `[${quotes}]` : '(?!)'),
    ...(tags === 'jsx' ? [`${operand}(?:${tag})`] : []),
    ...(words ? [group('word', '[A-Za-z_]\\w*')] : []),
    ...(prose ? [] : ['[()[\\]{}]']),
  ];
  return {
    code: new RegExp(code.join('|'), 'gm'),
    text: new RegExp([comment, tag, ...(tags === 'jsx' ? ['[{}]'] : [])].join('|'), 'g'),
    head: new RegExp(`(?<quote>["'])|\\/?>${tags === 'jsx' ? '|[{}]' : ''}`, 'g'),
  };
}
