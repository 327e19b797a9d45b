/** Scans code for brackets, strings, comments, tags and block words: what opens, what closes, and what stays open at the end. */
import { type LanguageSyntax, voidElements } from './languages.ts';

/** Something that is open until its closer. `head`: the inside of a start tag; `word`: a block word such as `do`. */
export type Opening = {
  readonly kind: 'bracket' | 'string' | 'comment' | 'word' | 'head' | 'tag';
  /** What closes it. `\n`: the end of the line. */
  readonly close: string;
  /** It ends at the end of its line at the latest. */
  readonly oneLine: boolean;
  /** The model's text opened it, not the document. */
  readonly fromModel: boolean;
};

export type ScanToken = {
  readonly kind: 'open' | 'close';
  readonly text: string;
  /** Offsets in the scanned text; `end` is where the next token may begin. */
  readonly start: number;
  readonly end: number;
  /** What the token opens or closes. Absent: it closes nothing. */
  readonly opening?: Opening;
};

export type ScanOptions = {
  /** The text comes from a model. Absent: from the document. */
  readonly fromModel?: boolean;
  /** The text before it on its first line. */
  readonly leadingText?: string;
  readonly onToken?: (token: ScanToken) => void;
};

/** Scans `text` and updates `openings` to what is open at its end. */
export function scanCode(
  text: string,
  language: LanguageSyntax,
  openings: Opening[],
  options: ScanOptions = {},
): void {
  const { fromModel = false, leadingText = '', onToken } = options;
  const full = leadingText + text;
  let at = leadingText.length;

  const open = (opening: Omit<Opening, 'fromModel' | 'oneLine'> & { oneLine?: boolean }, length: number) => {
    const added = { oneLine: false, ...opening, fromModel };
    openings.push(added);
    onToken?.({
      kind: 'open',
      text: full.slice(at, at + length),
      start: at - leadingText.length,
      end: at - leadingText.length + length,
      opening: added,
    });
    at += length;
  };
  const close = (text: string, matches: (opening: Opening) => boolean) => {
    const index = openings.findLastIndex(matches);
    // A closer of an outer opening shows that the inner ones were never pairs.
    const opening = index < 0 ? undefined : openings[index];
    if (opening) openings.length = index;
    const start = at - leadingText.length;
    onToken?.({
      kind: 'close',
      text,
      start,
      end: start + text.length,
      ...(opening && { opening }),
    });
    at += text.length;
  };

  while (at < full.length) {
    const top = openings.at(-1);
    if (top?.kind === 'string' || top?.kind === 'comment') {
      const match = matchFrom(endPatternOf(top, language), full, at);
      if (!match) return;
      at = match.index;
      const [token] = match;
      if (token.startsWith('\\')) at += token.length;
      else if (token === '\n' && top.oneLine) {
        openings.pop();
        at += 1;
      } else if (token === top.close) close(token, (opening) => opening === top);
      else if (token === language.interpolation) open({ kind: 'bracket', close: '}' }, token.length);
      else at += 1;
      continue;
    }

    const region = top?.kind === 'head' ? 'head' : isInMarkupText(top, language) ? 'text' : 'code';
    const match = matchFrom(tokenPatternsOf(language)[region], full, at);
    if (!match) return;
    at = match.index;
    const [token] = match;
    const { skip, comment, block, long, quote, head, tail, word } = match.groups ?? {};
    if (skip !== undefined) at += token.length;
    else if (comment !== undefined) open({ kind: 'comment', close: '\n', oneLine: true }, token.length);
    else if (block !== undefined)
      open({ kind: 'comment', close: closingDelimiterOf(language.blockComments, token) }, token.length);
    else if (long !== undefined)
      open({ kind: 'string', close: closingDelimiterOf(language.longStrings, token) }, token.length);
    else if (quote !== undefined) open({ kind: 'string', close: token, oneLine: true }, token.length);
    else if (head !== undefined) open({ kind: 'head', close: `</${token.slice(1)}>` }, token.length);
    else if (tail !== undefined)
      close(token, (opening) => opening.kind === 'tag' && opening.close === token.replaceAll(/\s/g, ''));
    else if (word !== undefined) {
      const line = full.slice(full.lastIndexOf('\n', at - 1) + 1, at + token.length);
      const opener = language.blockWords?.close[token];
      if (opener !== undefined && !/[.:@$]$/.test(line.slice(0, -token.length)))
        close(token, (opening) => opening.kind === 'word' && (opener === '' || opening.close === token));
      else if (opener === undefined && language.blockWords?.open.test(line))
        open({ kind: 'word', close: closingWordOf(language, token) }, token.length);
      else at += token.length;
    } else if (region === 'head' && token.endsWith('>')) {
      const opening = openings.pop();
      onToken?.({
        kind: 'close',
        text: token,
        start: at - leadingText.length,
        end: at - leadingText.length + token.length,
        ...(opening && { opening }),
      });
      const name = opening?.close.slice(2, -1).toLowerCase() ?? '';
      at += token.length;
      if (opening && token === '>' && !(language.tags === 'all' && voidElements.has(name)))
        openings.push({ ...opening, kind: 'tag' });
    } else {
      const closer = closingBrackets[token];
      if (closer) open({ kind: 'bracket', close: closer }, 1);
      else close(token, (opening) => opening.kind === 'bracket' && opening.close === token);
    }
  }
}

/** The position after the text is in a string or a comment. */
export function isInText(openings: readonly Opening[]): boolean {
  const kind = openings.at(-1)?.kind;
  return kind === 'string' || kind === 'comment';
}

const closingBrackets: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const matchFrom = (pattern: RegExp, text: string, from: number): RegExpExecArray | null => {
  pattern.lastIndex = from;
  return pattern.exec(text);
};

const isInMarkupText = (top: Opening | undefined, { tags }: LanguageSyntax) =>
  tags === 'all' ? top?.kind !== 'bracket' : tags === 'jsx' && top?.kind === 'tag';

const closingDelimiterOf = (pairs: LanguageSyntax['longStrings'], open: string) =>
  pairs.find(([first]) => first === open)?.[1] ?? open;

/** The word that closes the block of `opener`. */
function closingWordOf({ blockWords }: LanguageSyntax, opener: string): string {
  const all = Object.entries(blockWords?.close ?? {});
  return (all.find(([, opens]) => opens === opener) ?? all.find(([, opens]) => opens === ''))?.[0] ?? '';
}

const alternationOf = (texts: readonly string[]) =>
  texts
    .toSorted((a, b) => b.length - a.length)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'))
    .join('|') || '(?!)';

const endPatterns = new Map<string, RegExp>();

function endPatternOf(top: Opening, language: LanguageSyntax): RegExp {
  const interpolated = top.close === '`' ? language.interpolation : undefined;
  const key = `${top.kind} ${top.close} ${interpolated}`;
  const cached = endPatterns.get(key);
  if (cached) return cached;
  const stops = alternationOf([top.close, ...(interpolated ? [interpolated] : [])]);
  const pattern = new RegExp(`${top.kind === 'string' ? '\\\\[^\\n]|' : ''}${stops}|\\n`, 'g');
  endPatterns.set(key, pattern);
  return pattern;
}

type TokenPatterns = { readonly code: RegExp; readonly text: RegExp; readonly head: RegExp };
const tokenPatterns = new WeakMap<LanguageSyntax, TokenPatterns>();

function tokenPatternsOf(language: LanguageSyntax): TokenPatterns {
  const patterns = tokenPatterns.get(language) ?? createTokenPatterns(language);
  tokenPatterns.set(language, patterns);
  return patterns;
}

/** A position where an expression begins, not an operator. */
const operandPosition = '(?<=(?:^|[=(,:[!&|?{};>+]|\\breturn|=>)\\s*)';

function createTokenPatterns({
  quotes,
  longStrings,
  lineComments,
  blockComments,
  tags,
  regexLiterals,
  charLiterals,
  blockWords,
  prose,
}: LanguageSyntax): TokenPatterns {
  const group = (name: string, source: string) => `(?<${name}>${source})`;
  const comment = group('block', alternationOf(blockComments.map(([first]) => first)));
  const tag = `${group('tail', '<\\/[A-Za-z][\\w.:-]*\\s*>')}|${group('head', '<[A-Za-z][\\w.:-]*')}`;
  const skips = [
    ...(regexLiterals
      ? [`${operandPosition}\\/(?![/*])(?:\\\\.|\\[(?:\\\\.|[^\\]\\\\\\n])*\\]|[^/\\\\\\n[])+\\/`]
      : []),
    ...(charLiterals ? ["'(?:\\\\[^\\n]{1,8}?|[^'\\\\\\n])'"] : []),
    // In shells and Ruby, `#` starts a comment only at the start of a word.
    ...(lineComments.includes('#') ? ['(?<=[\\w$({"\'])#'] : []),
    ...(quotes.includes("'") ? ["(?<=\\d)'(?=\\d)"] : []),
  ];
  const code = [
    comment,
    group('long', alternationOf(longStrings.map(([first]) => first))),
    group('skip', skips.join('|') || '(?!)'),
    group('comment', alternationOf(lineComments)),
    group('quote', quotes ? `[${quotes}]` : '(?!)'),
    ...(tags === 'jsx' ? [`${operandPosition}(?:${tag})`] : []),
    ...(blockWords ? [group('word', '[A-Za-z_]\\w*')] : []),
    ...(prose ? [] : ['[()[\\]{}]']),
  ];
  return {
    code: new RegExp(code.join('|'), 'gm'),
    text: new RegExp([comment, tag, ...(tags === 'jsx' ? ['[{}]'] : [])].join('|'), 'g'),
    head: new RegExp(`(?<quote>["'])|\\/?>${tags === 'jsx' ? '|[{}]' : ''}`, 'g'),
  };
}
