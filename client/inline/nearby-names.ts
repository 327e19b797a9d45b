/** The names used near the cursor, and the lines that declare a name. Pure. */

export type NamePosition = { readonly line: number; readonly character: number };
export type NearbyName = { readonly name: string; readonly at: NamePosition };

/** Lines above the cursor to search. */
const linesAbove = 3;
const maxNames = 6;
/** Longer declarations are cut. */
const maxDeclarationLines = 20;

/** Keywords of common languages. */
const keywords = new Set(
  `and as async await break case catch class const continue def default delete do elif else end enum export extends
  false final finally fn for foreach from func function if implements import in interface is let match mut new nil none
  not null or package pass private protected pub public raise return self static struct super switch then this throw
  true try type typeof undefined unless use using val var void while with yield`.split(/\s+/),
);

/**
 * Names, the nearest first: those before the cursor on its line, then those of the lines above.
 * @param lineAt the text of a line
 */
export function nearbyNames(lineAt: (line: number) => string, cursor: NamePosition): readonly NearbyName[] {
  const names = new Map<string, NearbyName>();
  for (let line = cursor.line; line >= Math.max(0, cursor.line - linesAbove); line--) {
    const whole = lineAt(line);
    const text = line === cursor.line ? whole.slice(0, cursor.character) : whole;
    for (const { 0: name, index } of [...text.matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)].reverse()) {
      const isName = name.length > 2 && !keywords.has(name.toLowerCase()) && !names.has(name);
      // The word that ends at the cursor is still being typed.
      const isWhole = line !== cursor.line || index + name.length < cursor.character;
      if (isName && isWhole) names.set(name, { name, at: { line, character: index } });
      if (names.size === maxNames) return [...names.values()];
    }
  }
  return [...names.values()];
}

/**
 * The declaration that starts on a line, up to the end of its block or the next line of the same depth.
 * @param last its last line. Absent: unknown
 */
export function declarationAt(lines: readonly string[], first: number, last?: number): string {
  const head = lines[first];
  if (head === undefined) return '';
  const indented = (text: string) => text.search(/\S/);
  const own = indented(head);
  let end = first;
  const maxEnd = Math.min(lines.length, first + maxDeclarationLines) - 1;
  while (end < maxEnd && (last === undefined || last <= first || end < last)) {
    const next = lines[end + 1] ?? '';
    const depth = indented(next);
    const closes = depth === own && /^\s*[\])}]/.test(next);
    if (depth >= 0 && depth <= own && !closes) break;
    end++;
    if (closes) break;
  }
  return lines
    .slice(first, end + 1)
    .join('\n')
    .trimEnd();
}
