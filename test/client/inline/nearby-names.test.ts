import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declarationAt, nearbyNames } from '../../../client/inline/nearby-names.ts';

function near(text: string): string[] {
  const lines = text.split('\n');
  const line = lines.findIndex((each) => each.includes('▮'));
  const character = lines[line]?.indexOf('▮') ?? 0;
  const lineAt = (at: number) => (lines[at] ?? '').replace('▮', '');
  return nearbyNames(lineAt, { line, character }).map(({ name, at }) => {
    assert.ok(lineAt(at.line).startsWith(name, at.character), `${name} is not there`);
    return name;
  });
}

test('the nearest names come first, each once, without the one being typed', () => {
  assert.deepEqual(near('const cart = order(first);\nreturn cart.total(price, am▮'), [
    'price',
    'total',
    'cart',
    'first',
    'order',
  ]);
});

test('keywords, names after the cursor and names far above are ignored', () => {
  assert.deepEqual(near('far()\n\n\n\nawait new Größe() ▮ other'), ['Größe']);
});

const lines = [
  '/** What is sold. */',
  'export interface Item {',
  '  name: string;',
  '  price: number;',
  '}',
  '',
  'export const one = 1;',
  'export const two = 2;',
  'def total(items):',
  '    return 1',
  '',
  'print()',
];

test('a declaration ends where its block closes, or where the next one starts', () => {
  assert.equal(declarationAt(lines, 1), lines.slice(1, 5).join('\n'));
  assert.equal(declarationAt(lines, 6), 'export const one = 1;');
  assert.equal(declarationAt(lines, 8), 'def total(items):\n    return 1');
});

test('a declaration ends where the editor says, has a maximum length, and can be missing', () => {
  assert.equal(declarationAt(lines, 1, 2), lines.slice(1, 3).join('\n'));
  const long = ['type A = {', ...Array.from({ length: 50 }, (_, at) => `  a${at}: 1;`), '}'];
  assert.equal(declarationAt(long, 0).split('\n').length, 20);
  assert.equal(declarationAt(lines, 99), '');
});
