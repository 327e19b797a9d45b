import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretFiles } from '../../server/inline-completion/secret-files.ts';
import { compileGlob, compileGlobs, maxGlobLength } from '../../shared/glob.ts';

const matches = (glob: string, path: string): boolean => compileGlob(glob)?.(path) === true;

test('globs match whole paths', () => {
  for (const [glob, path, expected] of [
    ['a/*.ts', 'a/b.ts', true],
    ['a/*.ts', 'a/b/c.ts', false],
    ['**/*.ts', 'b.ts', true],
    ['**/*.ts', 'a/b/c.ts', true],
    ['a/**', 'a/b/c', true],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'a/bz', false],
    ['**/**/z', 'a/b/z', true],
    ['a**b', 'axxb', true],
    ['a**b', 'a/b', false],
    ['?.ts', 'a.ts', true],
    ['?.ts', '/.ts', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[^a]x', 'bx', true],
    ['[]]x', ']x', true],
    ['{a,b{c,d}}.ts', 'bd.ts', true],
    ['{a,b}.ts', 'c.ts', false],
    ['{a}.ts', '{a}.ts', true],
    ['\\*.ts', '*.ts', true],
    ['\\*.ts', 'a.ts', false],
    ['STRASSE', 'straße', true],
    ['', 'a', false],
    ['*'.repeat(3), 'abc', true],
  ] as const)
    assert.equal(matches(glob, path), expected, `${glob} ${path}`);
});
test('long patterns cross the words of the automaton', () => {
  for (const length of [30, 31, 32, 33, 63, 64, 65, 200]) {
    const name = 'ab'.repeat(length).slice(0, length);
    assert.ok(matches(`**/${name}/*`, `x/${name}/y`));
    assert.ok(matches(`*${name}*`, `ab${name}ba`));
    assert.ok(!matches(`**/${name}/*`, `x/${name}z/y`));
  }
});
test('a pattern of another kind or size does not compile', () => {
  for (const glob of [
    '!(a)',
    '+(a|b)',
    '[[:alpha:]]',
    '[a',
    '{a,b',
    '{1..9}',
    '{a,b}'.repeat(12),
    'a'.repeat(maxGlobLength + 9),
  ])
    assert.equal(compileGlob(glob), undefined, glob);
});
test('the patterns of secret files compile', () => {
  for (const glob of secretFiles) assert.ok(compileGlob(`**/${glob}/**`), glob);
});
test('a path beyond the limit matches, so that it counts as held back', () => {
  assert.ok(matches('a', 'b/'.repeat(3000)));
});
test('several patterns are matched together, each by itself', () => {
  const any = compileGlobs(['a/*.ts', 'b{1,2}/**', '[x]', 'no/+(a)']);
  for (const path of ['a/x.ts', 'b1/c', 'b2/c/d', 'x']) assert.ok(any(path), path);
  for (const path of ['a/x.js', 'b3/c', 'xx', 'a/x.tsb1/c', 'no/a']) assert.ok(!any(path), path);
});
