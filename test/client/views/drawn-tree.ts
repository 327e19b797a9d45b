/** A tree as the user sees it, fully expanded, drawn as VS Code draws it. */
import type { Command } from 'vscode';
import { CancellationTokenSource, fakeEditor } from '../../support/vscode-stub.ts';

type Item = {
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  readonly contextValue?: string;
  readonly command?: Command;
  readonly checkboxState?: { readonly state: number };
  readonly accessibilityInformation?: { readonly label: string };
};
export type DrawnRow = {
  readonly element: unknown;
  readonly item: Item;
  readonly below: readonly DrawnRow[];
};

export const treeOf = (view: string) => {
  const tree = fakeEditor.trees.get(view);
  if (!tree) throw new Error(`There is no view ${view}.`);
  return tree;
};

/** Draws the whole tree, as VS Code does when every row is expanded. */
export async function drawTree(view: string, element?: unknown): Promise<DrawnRow[]> {
  const { getChildren, getTreeItem } = treeOf(view).treeDataProvider;
  const elements = ((await getChildren(element)) ?? []) as unknown[];
  const rows: DrawnRow[] = [];
  for (const each of elements)
    rows.push({ element: each, item: getTreeItem(each) as Item, below: await drawTree(view, each) });
  return rows;
}

/** One line per row, children indented. */
export const treeLines = (rows: readonly DrawnRow[], indent = ''): string[] =>
  rows.flatMap(({ item, below }) => [
    `${indent}${item.label}${item.description ? ` | ${item.description}` : ''}`,
    ...treeLines(below, `${indent}  `),
  ]);

/** The tooltip on hover. */
export async function hoverTooltip(view: string, { element, item }: DrawnRow): Promise<string | undefined> {
  if (item.tooltip !== undefined) return item.tooltip;
  const { token } = new CancellationTokenSource();
  const resolved = await treeOf(view).treeDataProvider.resolveTreeItem?.(item, element, token);
  return (resolved as Item | undefined)?.tooltip;
}
