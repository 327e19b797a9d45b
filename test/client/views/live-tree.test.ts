import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { type LiveTree, liveTree, type TreeNode } from '../../../client/views/live-tree.ts';
import { TreeItem } from '../../support/vscode-stub.ts';

type Row = { readonly name: string; readonly look?: string; readonly below?: readonly Row[] };
let tree: LiveTree<Row>;
let drawn: (string | undefined)[];
let first: readonly Row[];

beforeEach(() => {
  drawn = [];
  first = [
    { name: 'a', below: [{ name: 'x' }, { name: 'y' }] },
    { name: 'b', below: [{ name: 'z' }] },
  ];
  tree = liveTree<Row>({
    roots: async () => first,
    children: ({ below = [] }) => below,
    item: ({ name, look }) => Object.assign(new TreeItem(name), { id: name, description: look }) as never,
  });
  tree.provider.onDidChangeTreeData?.((shown) => drawn.push((shown as TreeNode<Row> | undefined)?.id));
});
const under = async (shown?: TreeNode<Row>): Promise<TreeNode<Row>[]> => {
  const rows = (await tree.provider.getChildren(shown)) as TreeNode<Row>[];
  for (const row of rows) tree.provider.getTreeItem(row);
  return rows;
};

test('what looks as before is not drawn again', async () => {
  for (const row of await under()) await under(row);
  tree.show(structuredClone(first));
  assert.deepEqual(drawn, []);
});

test('only the row that looks different is drawn anew, and stays the same row', async () => {
  const [a] = await under();
  const [x] = await under(a);
  tree.show([{ name: 'a', below: [{ name: 'x', look: '45 %' }, { name: 'y' }] }, ...first.slice(1)]);
  assert.deepEqual(drawn, ['x']);
  assert.equal(x?.row.look, '45 %');
  assert.equal((await under(a))[0], x);
});

test('a row that comes or goes draws its parent with all below it, once', async () => {
  const [a] = await under();
  await under(a);
  tree.show([{ name: 'a', look: 'new', below: [{ name: 'y', look: 'too' }] }, ...first.slice(1)]);
  assert.deepEqual(drawn, ['a']);
  drawn.length = 0;
  tree.show(first.slice(1));
  assert.deepEqual(drawn, [undefined]);
});

test('below what was never unfolded nothing is compared, and before anybody looked nothing is drawn', async () => {
  tree.show([]);
  assert.deepEqual(drawn, []);
  await under();
  tree.show([{ name: 'a', below: [{ name: 'other' }] }, ...first.slice(1)]);
  assert.deepEqual(drawn, []);
});
