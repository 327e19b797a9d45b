/** Lines that only stand for code which a model left out: “// ... rest of the file unchanged”. */

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
  if (text === '' || text.length > maxLineLength) return false;
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
const maxLineLength = 160;
const emptyBody = /\{\s*(?:\.{3}|\u2026|(?:\/\*|\/\/)\s*([^*]*?)\s*(?:\*\/)?)\s*\}/;

export function hasOmittedBody(line: string): boolean {
  // A line that stands for code is short.
  const match = line.length > maxLineLength ? null : emptyBody.exec(line);
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
