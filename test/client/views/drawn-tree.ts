/** What a person sees of a tree that was made: its rows, unfolded, and each again as VS Code would ask for it. */
import { editor } from '../../support/vscode-stub.ts';

type Item = {
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  readonly contextValue?: string;
  readonly command?: unknown;
  readonly checkboxState?: { readonly state: number };
  readonly accessibilityInformation?: { readonly label: string };
};
export type Seen = { readonly element: unknown; readonly item: Item; readonly below: readonly Seen[] };

export const treeOf = (view: string) => {
  const tree = editor.trees.get(view);
  if (!tree) throw new Error(`There is no view ${view}.`);
  return tree;
};

/** Draws everything, as VS Code does when all is unfolded. */
export async function seen(view: string, element?: unknown): Promise<Seen[]> {
  const { getChildren, getTreeItem } = treeOf(view).treeDataProvider;
  const elements = ((await getChildren(element)) ?? []) as unknown[];
  const rows: Seen[] = [];
  for (const each of elements)
    rows.push({ element: each, item: getTreeItem(each) as Item, below: await seen(view, each) });
  return rows;
}

/** One line a row, those below others set in. */
export const lines = (rows: readonly Seen[], indent = ''): string[] =>
  rows.flatMap(({ item, below }) => [
    `${indent}${item.label}${item.description ? ` | ${item.description}` : ''}`,
    ...lines(below, `${indent}  `),
  ]);

/** The tooltip as the mouse finds it. */
export async function tooltip(view: string, { element, item }: Seen): Promise<string | undefined> {
  if (item.tooltip !== undefined) return item.tooltip;
  const resolved = await treeOf(view).treeDataProvider.resolveTreeItem?.(item, element);
  return (resolved as Item | undefined)?.tooltip;
}
