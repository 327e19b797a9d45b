/**
 * A tree whose rows stay what they are while what they show changes. Only what looks different is drawn anew: the others
 * keep the mouse, the tooltip and the place of whoever reads them, however often the server speaks.
 */
import * as vscode from 'vscode';

/** A row as VS Code holds it, and hands it to commands. */
export type TreeNode<Row> = {
  readonly id: string;
  /** As last described. */
  row: Row;
  /** How it was drawn. Absent: it was not. */
  look?: string;
  /** Those it was drawn with. Absent: it is folded, or was never drawn. */
  children?: readonly TreeNode<Row>[];
};

export type TreeSource<Row> = {
  /** The first rows; asked for when the tree becomes visible, and when all is drawn anew. */
  roots(): Promise<readonly Row[]>;
  children(row: Row): readonly Row[];
  /** With an `id` of its own. */
  item(row: Row): vscode.TreeItem;
  /** What a tooltip says, as soon as the mouse rests on the row. Absent: what `item` says. */
  tooltip?(row: Row): Promise<string | undefined>;
};

export type LiveTree<Row> = vscode.Disposable & {
  readonly provider: vscode.TreeDataProvider<TreeNode<Row>>;
  /** Draws what looks different with these first rows. */
  show(rows: readonly Row[]): void;
  /** Asks for the first rows again and draws everything. */
  redraw(): void;
  /** Draws one row anew, for what the user changed on the screen alone. */
  restore(row: TreeNode<Row>): void;
};

export function liveTree<Row>({ roots, children, item, tooltip }: TreeSource<Row>): LiveTree<Row> {
  const changed = new vscode.EventEmitter<TreeNode<Row> | undefined>();
  let first: readonly TreeNode<Row>[] | undefined;

  /** The same rows where they were there before; `same`: no other, in the same order. */
  const renewed = (before: readonly TreeNode<Row>[], rows: readonly Row[]) => {
    const known = new Map(before.map((shown) => [shown.id, shown]));
    const after = rows.map((row): TreeNode<Row> => {
      const id = item(row).id ?? '';
      return Object.assign(known.get(id) ?? { id, row }, { row });
    });
    return { after, same: after.length === before.length && after.every((one, at) => one === before[at]) };
  };

  const compare = (shown: TreeNode<Row>): void => {
    // What was not drawn will be when somebody looks.
    if (shown.look === undefined) return;
    const below = shown.children && renewed(shown.children, children(shown.row));
    if (below) shown.children = below.after;
    if (lookOf(item(shown.row)) !== shown.look || below?.same === false) changed.fire(shown);
    else for (const child of shown.children ?? []) compare(child);
  };

  const provider: vscode.TreeDataProvider<TreeNode<Row>> = {
    onDidChangeTreeData: changed.event,
    async getChildren(shown) {
      if (shown) {
        shown.children = renewed(shown.children ?? [], children(shown.row)).after;
        return [...shown.children];
      }
      first = renewed(first ?? [], await roots()).after;
      return [...first];
    },
    getTreeItem(shown) {
      const drawn = item(shown.row);
      shown.look = lookOf(drawn);
      return drawn;
    },
    async resolveTreeItem(drawn, shown) {
      const text = await tooltip?.(shown.row);
      if (text !== undefined) drawn.tooltip = text;
      return drawn;
    },
  };
  return {
    provider,
    show(rows) {
      // Nobody has looked yet.
      if (first === undefined) return;
      const { after, same } = renewed(first, rows);
      first = after;
      if (same) for (const shown of first) compare(shown);
      else changed.fire(undefined);
    },
    redraw: () => changed.fire(undefined),
    restore: (row) => changed.fire(row),
    dispose: () => changed.dispose(),
  };
}

const lookOf = (item: vscode.TreeItem): string => JSON.stringify(item);
