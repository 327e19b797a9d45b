/** Recent edits as a diff, for a model to see what the user is about. */
import type { Excerpt } from '../../../shared/chat.ts';
import type { Edit } from '../edits.ts';
import { tokensOf } from './excerpts.ts';
import { withoutSecrets } from './secrets.ts';

export type EditOf = Edit & { readonly uri: string; readonly name: string };

const fileName = 'recent-changes.diff';

/** The newest that fit, oldest first: more is added at the end. `undefined`: none fits. */
export function changesOf(edits: readonly EditOf[], budgetTokens: number): Excerpt | undefined {
  let best: Excerpt | undefined;
  const parts: EditOf[] = [];
  for (const edit of edits.toSorted(byTime).reverse()) {
    const text = withoutSecrets([edit, ...parts].map(diffOf).join(''));
    const excerpt = { name: fileName, text };
    if (tokensOf(excerpt) > budgetTokens) break;
    parts.unshift(edit);
    best = excerpt;
  }
  return best;
}

const byTime = (a: EditOf, b: EditOf): number =>
  a.atMs - b.atMs || (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : a.line - b.line);

const diffOf = ({ name, line, removed, added }: EditOf): string =>
  [
    `--- a/${name}`,
    `+++ b/${name}`,
    `@@ -${line + 1},${removed.length} +${line + 1},${added.length} @@`,
    ...removed.map((text) => `-${text}`),
    ...added.map((text) => `+${text}`),
    '',
  ].join('\n');
