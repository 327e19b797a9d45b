/** Detects how a document indents from its lines: LSP's inline completion request has no formatting options. */
import type { Indentation } from './completion-context.ts';

/** Enough lines to decide, and fast to read. */
const maxLines = 400;
const fallback: Indentation = { tabs: false, size: 4 };
/** Languages whose documents hardly ever indent by four. */
const narrow: ReadonlySet<string> = new Set([
  'yaml',
  'dockercompose',
  'json',
  'jsonc',
  'ruby',
  'html',
  'vue',
  'svelte',
  'dart',
]);
/** Go and make indent with tabs only. */
const tabbed: ReadonlySet<string> = new Set(['go', 'makefile']);
const steps = [2, 3, 4, 8];

/** @param text the lines around the cursor, or the first ones */
export function detectIndentation(text: string, languageId: string): Indentation {
  let tabs = 0;
  let spaces = 0;
  let before = 0;
  const deeper = new Map<number, number>();
  let lines = 0;
  for (const [, indent = '', first] of text.matchAll(/^([ \t]*)(\S)?/gm)) {
    if (++lines > maxLines) break;
    // Blank lines do not count, nor comment lines, whose stars are indented by one more.
    if (first === undefined || first === '*') continue;
    if (indent.includes('\t')) tabs += 1;
    else if (indent.length > 1) spaces += 1;
    const more = indent.length - before;
    if (!indent.includes('\t') && steps.includes(more)) deeper.set(more, (deeper.get(more) ?? 0) + 1);
    before = indent.includes('\t') ? 0 : indent.length;
  }
  if (tabs > spaces) return { tabs: true, size: fallback.size };
  const [commonest] = [...deeper].sort(([one, times], [other, more]) => more - times || one - other);
  if (commonest) return { tabs: false, size: commonest[0] };
  if (tabbed.has(languageId)) return { tabs: true, size: fallback.size };
  return narrow.has(languageId) ? { tabs: false, size: 2 } : fallback;
}
