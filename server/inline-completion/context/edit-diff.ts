/** Recent edits as a diff, for a model to see what the user is about. */
import type { Excerpt } from '../../../shared/chat.ts';
import type { RecentEdit } from '../recent-edits.ts';
import { tokensOf } from './excerpts.ts';
import { withoutSecrets } from './secrets.ts';

export type EditOf = RecentEdit & { readonly uri: string; readonly name: string };

const name = 'recent-changes.diff';

export type Changes = {
  readonly excerpt: Excerpt /** Files with an edit in it. */;
  readonly uris: readonly string[];
};

/** The newest that fit, oldest first: more is added at the end. `undefined`: none fits. */
export function changesOf(edits: readonly EditOf[], budgetTokens: number): Changes | undefined {
  const uris: string[] = [];
  let text = '';
  for (const edit of edits.toSorted(byTime).reverse()) {
    const longer = diffOf(edit) + text;
    if (longer === text || tokensOf({ name, text: longer }) > budgetTokens) continue;
    text = longer;
    uris.push(edit.uri);
  }
  return text === '' ? undefined : { excerpt: { name, text }, uris };
}

const byTime = (a: EditOf, b: EditOf): number =>
  a.atMs - b.atMs || (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : a.line - b.line);

/** Empty where only secrets have changed. */
function diffOf({ name, line, removed, added }: EditOf): string {
  const lines = [...removed.map((text) => `-${text}\n`), ...added.map((text) => `+${text}\n`)].join('');
  const left = withoutSecrets(lines);
  const place = `@@ -${line + 1},${removed.length} +${line + 1},${added.length} @@`;
  return left === '' ? '' : `--- a/${name}\n+++ b/${name}\n${place}\n${left}`;
}
