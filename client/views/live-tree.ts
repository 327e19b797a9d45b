/**
 * A tree whose nodes stay the same objects while their content changes. Only nodes that look different are redrawn: the
 * others keep the hover, the tooltip and the scroll position, however often the status changes.
 */
import * as vscode from 'vscode';

/** A node as VS Code holds it and passes it to commands. */
export type TreeNode<Row> = {
  readonly id: string;
  /** Its latest content. */
  row: Row;
  /** Its item as last drawn. Absent: not drawn yet. */
  rendering?: string;
  /** The children it was drawn with. Absent: collapsed, or not drawn yet. */
  children?: readonly TreeNode<Row>[];
};

export type TreeSource<Row> = {
  /** The root rows; called when the tree becomes visible and at a redraw. */
  roots(): Promise<readonly Row[]>;
  children(row: Row): readonly Row[];
  /** Must have a unique `id`. */
  item(row: Row): vscode.TreeItem;
  /** The tooltip, called when the user hovers over the row. Absent: that of `item`. */
  tooltip?(row: Row): Promise<string | undefined>;
};

export type LiveTree<Row> = vscode.Disposable & {
  readonly provider: vscode.TreeDataProvider<TreeNode<Row>>;
  /** Sets the root rows and redraws the nodes that look different. */
  update(rows: readonly Row[]): void;
  /** Calls `roots` again and redraws everything. */
  redraw(): void;
  /** Redraws one node, to revert what the user changed on the screen. */
  redrawNode(row: TreeNode<Row>): void;
};

export function liveTree<Row>({ roots, children, item, tooltip }: TreeSource<Row>): LiveTree<Row> {
  const changed = new vscode.EventEmitter<TreeNode<Row> | undefined>();
  let rootNodes: readonly TreeNode<Row>[] | undefined;

  /** Nodes for rows, reusing those with the same id; `same`: the same nodes in the same order. */
  const reconcile = (before: readonly TreeNode<Row>[], rows: readonly Row[]) => {
    const existing = new Map(before.map((node) => [node.id, node]));
    const after = rows.map((row): TreeNode<Row> => {
      const id = item(row).id ?? '';
      return Object.assign(existing.get(id) ?? { id, row }, { row });
    });
    return { after, same: after.length === before.length && after.every((one, at) => one === before[at]) };
  };

  const compare = (node: TreeNode<Row>): void => {
    // A node that was not drawn yet needs no redraw.
    if (node.rendering === undefined) return;
    const below = node.children && reconcile(node.children, children(node.row));
    if (below) node.children = below.after;
    if (renderingOf(item(node.row)) !== node.rendering || below?.same === false) changed.fire(node);
    else for (const child of node.children ?? []) compare(child);
  };

  const provider: vscode.TreeDataProvider<TreeNode<Row>> = {
    onDidChangeTreeData: changed.event,
    async getChildren(node) {
      if (node) {
        node.children = reconcile(node.children ?? [], children(node.row)).after;
        return [...node.children];
      }
      rootNodes = reconcile(rootNodes ?? [], await roots()).after;
      return [...rootNodes];
    },
    getTreeItem(node) {
      const drawn = item(node.row);
      node.rendering = renderingOf(drawn);
      return drawn;
    },
    async resolveTreeItem(drawn, node) {
      const text = await tooltip?.(node.row);
      if (text !== undefined) drawn.tooltip = text;
      return drawn;
    },
  };
  return {
    provider,
    update(rows) {
      // The tree was not visible yet.
      if (rootNodes === undefined) return;
      const { after, same } = reconcile(rootNodes, rows);
      rootNodes = after;
      if (same) for (const node of rootNodes) compare(node);
      else changed.fire(undefined);
    },
    redraw: () => changed.fire(undefined),
    redrawNode: (row) => changed.fire(row),
    dispose: () => changed.dispose(),
  };
}

const renderingOf = (item: vscode.TreeItem): string => JSON.stringify(item);
