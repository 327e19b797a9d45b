/** Formats recent edits as a diff that shows the model what the user is working on. */
import type { CodeSnippet } from '../../../shared/chat.ts';
import type { RecentEdit } from '../recent-edits.ts';
import { removeSecretLines } from './secrets.ts';
import { snippetTokens } from './snippet-selection.ts';

export type DocumentEdit = RecentEdit & { readonly uri: string; readonly name: string };

const diffName = 'recent-changes.diff';

export type EditDiff = {
  readonly snippet: CodeSnippet;
  /** URIs of the files with an edit in the diff. */
  readonly uris: readonly string[];
};

/** The newest edits that fit, the oldest first, so that new edits extend the end. `undefined`: none fits. */
export function formatEditDiff(edits: readonly DocumentEdit[], budgetTokens: number): EditDiff | undefined {
  const uris: string[] = [];
  let text = '';
  for (const edit of edits.toSorted(byTime).reverse()) {
    const longer = formatEdit(edit) + text;
    if (longer === text || snippetTokens({ name: diffName, text: longer }) > budgetTokens) continue;
    text = longer;
    uris.push(edit.uri);
  }
  return text === '' ? undefined : { snippet: { name: diffName, text }, uris };
}

const byTime = (a: DocumentEdit, b: DocumentEdit): number =>
  a.atMs - b.atMs || (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : a.line - b.line);

/** Empty if only lines with secrets have changed. */
function formatEdit({ name, line, removed, added }: DocumentEdit): string {
  const lines = [...removed.map((text) => `-${text}\n`), ...added.map((text) => `+${text}\n`)].join('');
  const publicLines = removeSecretLines(lines);
  const range = `@@ -${line + 1},${removed.length} +${line + 1},${added.length} @@`;
  return publicLines === '' ? '' : `--- a/${name}\n+++ b/${name}\n${range}\n${publicLines}`;
}
