import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { prefixTree } from '../../../server/inline-completion/prefix-tree.ts';

test('all values under a prefix are found, whatever was added and removed before', () => {
  const texts = fc.array(
    fc.tuple(fc.string({ unit: fc.constantFrom('a', 'b', '😀', '\n'), maxLength: 6 }), fc.boolean()),
  );
  fc.assert(
    fc.property(texts, (added) => {
      const tree = prefixTree<number>();
      const expected = new Map<number, string>();
      const removals = added.map(([text], index) => tree.add(text, index));
      for (const [index, [text, stays]] of added.entries()) {
        if (stays) expected.set(index, text);
        else removals[index]?.();
      }
      for (const [text] of [...added, ['', true] as const]) {
        for (let end = 0; end <= text.length; end++) {
          const start = text.slice(0, end);
          const wanted = [...expected].filter(([, other]) => other.startsWith(start)).map(([index]) => index);
          assert.deepEqual(
            tree.valuesUnder(start).toSorted((a, b) => a - b),
            wanted,
          );
        }
      }
      for (const each of removals) each();
      assert.equal(tree.bytes, 0);
    }),
  );
});

test('a prefix that many texts share is stored once', () => {
  const tree = prefixTree<number>();
  const long = 'x'.repeat(10_000);
  for (let index = 0; index < 100; index++) tree.add(`${long}${index}`, index);
  assert.ok(tree.bytes < 2 * 10_400, `${tree.bytes}`);
});
