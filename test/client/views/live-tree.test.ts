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

test('unchanged rows are not redrawn', async () => {
  for (const row of await under()) await under(row);
  tree.update(structuredClone(first));
  assert.deepEqual(drawn, []);
});

test('only a changed row is redrawn, and stays the same node', async () => {
  const [a] = await under();
  const [x] = await under(a);
  tree.update([{ name: 'a', below: [{ name: 'x', look: '45 %' }, { name: 'y' }] }, ...first.slice(1)]);
  assert.deepEqual(drawn, ['x']);
  assert.equal(x?.row.look, '45 %');
  assert.equal((await under(a))[0], x);
});

test('an added or removed row redraws its parent once', async () => {
  const [a] = await under();
  await under(a);
  tree.update([{ name: 'a', look: 'new', below: [{ name: 'y', look: 'too' }] }, ...first.slice(1)]);
  assert.deepEqual(drawn, ['a']);
  drawn.length = 0;
  tree.update(first.slice(1));
  assert.deepEqual(drawn, [undefined]);
});

test('collapsed rows are not compared, and nothing is redrawn before the tree was visible', async () => {
  tree.update([]);
  assert.deepEqual(drawn, []);
  await under();
  tree.update([{ name: 'a', below: [{ name: 'other' }] }, ...first.slice(1)]);
  assert.deepEqual(drawn, []);
});
