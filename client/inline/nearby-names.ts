/** Which names are used near the cursor, and what of a file declares one. Pure. */

export type NamePosition = { readonly line: number; readonly character: number };
export type NearbyName = { readonly name: string; readonly at: NamePosition };

/** Lines above the cursor that are looked at, beside its own. */
const linesAbove = 3;
const maxNames = 6;
/** Lines of a declaration at most. */
const maxDeclarationLines = 20;

/** Words of most languages that name nothing of the user's. */
const keywords = new Set(
  `and as async await break case catch class const continue def default delete do elif else end enum export extends
  false final finally fn for foreach from func function if implements import in interface is let match mut new nil none
  not null or package pass private protected pub public raise return self static struct super switch then this throw
  true try type typeof undefined unless use using val var void while with yield`.split(/\s+/),
);

/**
 * The names used last, the nearest first: those before the cursor on its line, then those of the lines above.
 * @param lineAt the text of a line
 */
export function nearbyNames(lineAt: (line: number) => string, cursor: NamePosition): readonly NearbyName[] {
  const found = new Map<string, NearbyName>();
  for (let line = cursor.line; line >= Math.max(0, cursor.line - linesAbove); line--) {
    const whole = lineAt(line);
    const text = line === cursor.line ? whole.slice(0, cursor.character) : whole;
    for (const { 0: name, index } of [...text.matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)].reverse()) {
      const isName = name.length > 2 && !keywords.has(name.toLowerCase()) && !found.has(name);
      // What is being typed is no name yet.
      const isWhole = line !== cursor.line || index + name.length < cursor.character;
      if (isName && isWhole) found.set(name, { name, at: { line, character: index } });
      if (found.size === maxNames) return [...found.values()];
    }
  }
  return [...found.values()];
}

/**
 * The declaration that begins on a line: to where its block closes or the text goes on beside it.
 * @param last the line it ends on, where the editor has said it
 */
export function declarationAt(lines: readonly string[], first: number, last?: number): string {
  const head = lines[first];
  if (head === undefined) return '';
  const indented = (text: string) => text.search(/\S/);
  const own = indented(head);
  let end = first;
  const most = Math.min(lines.length, first + maxDeclarationLines) - 1;
  while (end < most && (last === undefined || last <= first || end < last)) {
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
