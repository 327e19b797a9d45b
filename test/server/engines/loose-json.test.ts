import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSize } from '../../../server/engines/loose-json.ts';

test('sizes with units are parsed to bytes', () => {
  for (const [size, bytes] of [
    ['1 KiB', 1024],
    ['4.7GB', 4_700_000_000],
    ['12 B', 12],
    ['1.5 KiB', 1_536],
    ['-1 GB', undefined],
    ['12', undefined],
    ['a lot', undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const)
    assert.equal(parseSize(size), bytes, size);
});
