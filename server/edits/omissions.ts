/**
 * Code that a model left out: “// ... rest of the file unchanged”. The file's own lines are put there where the lines
 * before and after are found in one place only.
 */
import { indentationOf } from './find-lines.ts';

/** Words for what is left out and for what stays, in the languages that models write comments in. */
const unchanged =
  /\b(?:rest|remainder|remaining|existing|previous|original|unchanged|unmodified|others?|same|earlier|above|everything|no changes?|omitted|truncated|abbreviated|snip(?:ped)?|brevity|not shown|stays?|remains?|keep|as before|as is|code here|resto|existentes?|sin cambios|igual|anterior(?:es)?|demás|omitid\w+|mantiene|restliche\w*|bestehende\w*|unverändert\w*|bleib\w+|bisherige\w*|reste|existante?s?|inchangée?s?|restante|inalterad\w+|permanece\w*)\b|\u5176\u4f59|\u5176\u4ed6|\u5269\u4f59|\u73b0\u6709|\u4e0d\u53d8|\u7701\u7565|\u4fdd\u6301|\u6b8b\u308a|\u65e2\u5b58|\u5909\u66f4\u306a\u3057|\u540c\u3058/i;
const statement =
  /\b(?:rest|remainder) of (?:\S+ ){0,5}?(?:remains?|stays?|is (?:unchanged|the same)|unchanged|the same|same|here|goes here|as before|omitted|not shown)\b|\b(?:existing|previous|original|remaining|other|unchanged) (?:\S+ ){0,3}?(?:code|methods?|functions?|imports?|contents?|implementation|lines?|logic|fields?|properties|tests?|styles?|routes?|handlers?|classes|cases|entries|items|configuration|config|components?|sections?) (?:(?:go(?:es)?|stays?|remains?|is|are)\b.*)?(?:here|unchanged|the same|as (?:before|is)|omitted|not (?:shown|changed)|above|below)\b|^(?:code |everything else )?(?:unchanged|no changes?|same as (?:before|above)|omitted for brevity|existing (?:code|implementation|imports|methods)|rest (?:unchanged|omitted)|keep (?:the )?rest(?: (?:of \S+ ?\S*|unchanged|as (?:before|is)))?|(?:el )?resto (?:del|de la|de los) .*(?:igual|sin cambios|cambia).*|código existente|sin cambios)[.)\]]*$/i;
const ellipsis = /\.{3}|\u2026|\u22ef/;
const comment = /^\s*(?:\/\/+|#+|--+|;+|%+|\/\*+|\*+(?!\w)|<!--+|\{\s*\/\*+|\(\*|"""|'''|'|REM\b|::|!)\s?/i;
const commentEnd = /\s*(?:\*+\/\s*\}?|--+>|\*\)|"""|''')?\s*$/;

/** Whether a line only stands for code that is left out. */
export function isOmission(line: string, languageId: string): boolean {
  const text = line.trim();
  if (text === '' || text.length > 160) return false;
  const isDocument = /^(?:markdown|mdx|plaintext|latex|restructuredtext|asciidoc)$/.test(languageId);
  const leader = comment.exec(isDocument && !text.startsWith('<!--') ? '' : text);
  const words = text.slice(leader?.[0].length ?? 0).replace(commentEnd, '');
  const bare = words.replace(/^[[({*_\s]+|[\])}*_\s]+$/g, '');
  if (/^[\s.\u2026\u22ef]*$/.test(words) && ellipsis.test(words))
    // In Python it is a statement, in YAML the end of a document.
    return leader !== null || !/^(?:python|yaml|dockercompose|julia|r|perl)$/.test(languageId);
  const isMarked = leader !== null || /^[[({*_.\u2026]/.test(text);
  if (!isMarked)
    return (
      ellipsis.test(words) &&
      /^(?:rest|remaining|existing|same|unchanged)\b/i.test(words) &&
      unchanged.test(words)
    );
  if (ellipsis.test(words) && startsOrEndsWithEllipsis(bare))
    return (
      unchanged.test(words) ||
      (/^[.\u2026\s]*[\w\s]{0,40}[.\u2026\s]*$/.test(bare) &&
        /^[.\u2026]/.test(bare) &&
        /[.\u2026]$/.test(bare))
    );
  return statement.test(bare);
}

const startsOrEndsWithEllipsis = (words: string): boolean =>
  /^(?:\.{3}|\u2026|\u22ef)|(?:\.{3}|\u2026|\u22ef)$|\((?:\.{3}|\u2026)|(?:\.{3}|\u2026)\s*\(/.test(
    words.trim(),
  ) || /(?:\.{3}|\u2026)\s*$/.test(words);

// A body that only stands for code: `{ ... }`, `{ /* unchanged */ }`.
const emptyBody = /\{\s*(?:\.{3}|\u2026|(?:\/\*|\/\/)\s*([^*]*?)\s*(?:\*\/)?)\s*\}/;
export function hasOmittedBody(line: string): boolean {
  const match = emptyBody.exec(line);
  if (!match) return false;
  const [, words] = match;
  return (
    words === undefined ||
    (ellipsis.test(words) && (unchanged.test(words) || /^[.\u2026\s]*$/.test(words))) ||
    statement.test(words)
  );
}

/**
 * The indices of the lines that stand for code which is left out.
 * @param original the lines that the code replaces: what they contain themselves is no omission
 */
export function omissionsIn(
  lines: readonly string[],
  original: readonly string[],
  languageId: string,
): number[] {
  const own = new Set(original.map((line) => line.trim()));
  return lines.flatMap((line, at) =>
    !own.has(line.trim()) && (isOmission(line, languageId) || hasOmittedBody(line)) ? [at] : [],
  );
}

/** The code with the original lines in the places of its omissions. `undefined`: a place is not certain. */
export function spliceOmissions(
  lines: readonly string[],
  original: readonly string[],
  languageId: string,
): readonly string[] | undefined {
  const omissions = omissionsIn(lines, original, languageId);
  if (omissions.some((at) => hasOmittedBody(lines[at] ?? ''))) return undefined;
  const parts: (readonly string[])[] = [];
  /** Empty lines above each. */
  const margins: number[] = [];
  let from = 0;
  for (const at of [...omissions, lines.length]) {
    const part = lines.slice(from, at);
    parts.push(withoutEmptyEnds(part));
    margins.push(part.findIndex((line) => !isEmpty(line)));
    from = at + 1;
  }
  const result: string[] = [];
  /** The index in `original` after what the result contains, and after the block that is open there. */
  let position = 0;
  let openBlockEnd: number | undefined;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (part.length === 0) {
      if (isLast) result.push(...original.slice(position));
      continue;
    }
    const start =
      index === 0
        ? firstStart(part, original)
        : (closersStart(part, original, openBlockEnd) ?? startOf(part, original, position, isLast));
    if (start === undefined) return undefined;
    if (index > 0) {
      const above = original.slice(position, start);
      result.push(...above, ...emptyLinesAbove(part, above, original[start], margins[index] ?? 0));
    }
    result.push(...part);
    if (isLast) continue;
    const end = endOf(part, original, start, lines[omissions[index] ?? 0] ?? '');
    if (end === undefined || end.end < position) return undefined;
    position = end.end;
    openBlockEnd = end.blockEnd;
  }
  return result;
}

/** Where a part begins that closes the block of the part before. */
function closersStart(
  part: readonly string[],
  original: readonly string[],
  end: number | undefined,
): number | undefined {
  const count = part.findIndex((line) => !isCloser(line));
  const closers = count < 0 ? part : part.slice(0, count);
  if (end === undefined || closers.length === 0) return undefined;
  const start = end - closers.length;
  return closers.every((line, at) => line.trim() === original[start + at]?.trim()) ? start : undefined;
}

/** New lines are as far from the file's as the model wrote them. */
const emptyLinesAbove = (
  part: readonly string[],
  above: readonly string[],
  next: string | undefined,
  written: number,
): readonly string[] =>
  isEmpty(above.at(-1)) || declaredName(next ?? '') === declaredName(part[0] ?? '')
    ? []
    : Array(Math.max(1, written)).fill('');

/** 0, unless the first part leaves out the beginning without a word. */
function firstStart(part: readonly string[], original: readonly string[]): number | undefined {
  const texts = part.filter((line) => !isEmpty(line));
  for (const [count, line] of texts.entries()) {
    const place = isCloser(line) ? undefined : declarationPlace(line, original, 0);
    if (place === undefined) continue;
    return original.slice(0, place).filter((each) => !isEmpty(each)).length > count ? undefined : 0;
  }
  return 0;
}

/** Where the original continues with this part: lines before that are new. */
function startOf(
  part: readonly string[],
  original: readonly string[],
  from: number,
  isLast: boolean,
): number | undefined {
  const [first = ''] = part;
  const start = isCloser(first) ? undefined : declarationPlace(first, original, from);
  if (start !== undefined) return start;
  for (const [index, line] of part.entries()) {
    if (isEmpty(line)) continue;
    const place = placeOf(line, original, from);
    if (place === 'several' && !isCloser(line)) return undefined;
    if (typeof place !== 'number') continue;
    // New lines before it belong to the same block.
    const isSibling = indentationOf(line).length <= indentationOf(first).length;
    return isSibling && isNew(part.slice(0, index), original) ? place : undefined;
  }
  // New lines at the end of the file.
  return isLast && from > 0 && isNew(part, original) && opensNothing(part)
    ? original.findLastIndex((line) => !isEmpty(line)) + 1
    : undefined;
}

/** Whether no line of the outermost ones declares what the original declares. */
function isNew(lines: readonly string[], original: readonly string[]): boolean {
  const names = new Set(original.map(declaredName));
  return outermost(lines).every((line) => isCloser(line) || !names.has(declaredName(line)));
}

const outermost = (lines: readonly string[]): readonly string[] => {
  const texts = lines.filter((line) => !isEmpty(line));
  const width = Math.min(...texts.map((line) => indentationOf(line).length));
  return texts.filter((line) => indentationOf(line).length === width);
};

/** Whether as many brackets close as open. */
const opensNothing = (lines: readonly string[]): boolean => {
  const text = lines.join('\n');
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return count(/[{[(]/g) === count(/[}\])]/g);
};

/**
 * The index in the original after this part.
 * @param omission the line that follows it: deeper than the part's last block, it stands for the remaining lines of that
 */
function endOf(
  part: readonly string[],
  original: readonly string[],
  from: number,
  omission: string,
): { readonly end: number; readonly blockEnd?: number } | undefined {
  const last = part.at(-1) ?? '';
  if (part.every(isCloser)) return { end: from + part.length };
  const header = outermost(part).findLast((line) => !isCloser(line));
  const at = header === undefined ? undefined : declarationPlace(header, original, from);
  if (header === undefined || at === undefined) {
    const place = isCloser(last) ? undefined : placeOf(last, original, from);
    return typeof place === 'number' ? { end: place + 1 } : undefined;
  }
  const end = blockEnd(original, at);
  if (header === last) return opensBlock(last) ? { end: at + 1, blockEnd: end } : { end };
  const inside = isCloser(last) ? undefined : placeOf(last, original.slice(0, end), at);
  if (typeof inside === 'number') return { end: inside + 1, blockEnd: end };
  return indentationOf(omission).length > indentationOf(header).length ? undefined : { end };
}

const opensBlock = (line: string): boolean => /[{([:]\s*$|=>\s*$|\b(?:do|then)\s*$/.test(line);

/** The index of the only equal line, white space apart. */
function placeOf(line: string, original: readonly string[], from: number): number | 'several' | undefined {
  const text = line.trim();
  const exact = original.flatMap((each, at) => (at >= from && each.trimEnd() === line.trimEnd() ? [at] : []));
  const places =
    exact.length > 0
      ? exact
      : original.flatMap((each, at) => (at >= from && each.trim() === text ? [at] : []));
  return places.length > 1 ? 'several' : places[0];
}

/** The line up to its value, body or parameters. */
export const declaredName = (line: string): string => (/^[^=({:]*/.exec(line.trim())?.[0] ?? '').trim();

/** Beginnings of lines that declare nothing. */
const noDeclaration =
  /^(?:\W*|if|for|foreach|while|until|unless|switch|match|case|when|default|return|yield|throw|raise|else|elif|try|catch|except|finally|with|do|begin|import|from|use|using|require|include|export|export default|const|let|var|val|function|async|async function|class|def|fn|func|public|private|protected|static|new|await|print|assert|test|it|describe|- \w*)$/;

/** The index of the only line that equals this one, or else of the only one that declares the same. */
export function declarationPlace(
  line: string,
  original: readonly string[],
  from: number,
): number | undefined {
  const place = placeOf(line, original, from);
  if (place !== undefined) return place === 'several' ? undefined : place;
  const name = declaredName(line);
  if (noDeclaration.test(name) || name === line.trim()) return undefined;
  const places = original.flatMap((each, at) => (declaredName(each) === name ? [at] : []));
  const [only] = places;
  return places.length === 1 && only !== undefined && only >= from ? only : undefined;
}

/** The index after the block that begins at a line: up to what closes it, or to the next line that is not deeper. */
export function blockEnd(lines: readonly string[], header: number): number {
  const width = indentationOf(lines[header] ?? '').length;
  let end = header + 1;
  for (let at = header + 1; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (isEmpty(line)) continue;
    if (indentationOf(line).length > width) {
      end = at + 1;
      continue;
    }
    if (indentationOf(line).length < width || !(isCloser(line) || /^\s*\{\s*$/.test(line))) return end;
    end = at + 1;
    // `) {`, `} else {`: the block continues.
    if (!/[{(:[]\s*$|\b(?:else|then|do|rescue|ensure)\b.*$/.test(line)) return end;
  }
  return end;
}

export const isCloser = (line: string): boolean =>
  /^\s*(?:[)\]}]|<\/|end\b|fi\b|done\b|esac\b|endif\b|else\b|elif\b|except\b|finally\b|rescue\b|ensure\b)/.test(
    line,
  );
const isEmpty = (line: string | undefined): boolean => line === undefined || line.trim() === '';

function withoutEmptyEnds(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => !isEmpty(line));
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => !isEmpty(line)) + 1);
}
