import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLocalOnly } from '../../../server/routing/privacy.ts';

const localOnly = (uri: string, ...patterns: string[]) =>
  assert.ok(isLocalOnly(uri, patterns), `${uri} is local-only by ${patterns.join(', ')}`);
const free = (uri: string, ...patterns: string[]) =>
  assert.ok(!isLocalOnly(uri, patterns), `${uri} is free by ${patterns.join(', ')}`);

const cases: [string, string[], boolean][] = [
  ['file:///home/ana/project/secrets/a.txt', ['**/secrets/**'], true],
  ['file:///home/ana/project/secrets/a.txt', ['secrets/**'], true],
  ['file:///home/ana/project/.env', ['.env'], true],
  ['file:///home/ana/project/.env', ['*.env'], true],
  ['file:///c%3A/Users/Ana/Secretos/Ñ.txt', ['**/secretos/*'], true],
  ['file:///home/ana/SECRETS/a.txt', ['**/secrets/**'], true],
  ['vscode-remote://host/home/ana/secrets/a.txt', ['**/secrets/**'], true],
  ['untitled:secret.txt', ['secret.txt'], true],
  ['file:///home/ana/project/src/a.ts', ['**/secrets/**', '*.env'], false],
  ['file:///home/ana/project/src/a.ts', [], false],
  ['file:///home/ana/project/src/a.ts', ['**'], true],
];
for (const [uri, patterns, matches] of cases) {
  test(`${uri} is ${matches ? '' : 'not '}local-only by ${JSON.stringify(patterns)}`, () => {
    assert.equal(isLocalOnly(uri, patterns), matches);
  });
}

test('common patterns match what they name, and no more', () => {
  localOnly('file:///home/ana/secrets/plan.md', '**/secrets/**');
  localOnly('file:///home/ana/.env', '.env');
  localOnly('file:///home/ana/a/.env.local', '*.env*');
  localOnly('FILE:///HOME/SECRETS/A.TS', '**/secrets/**');
  localOnly('file:///home/ana/a%20%5B1%5D/x.ts', '**/a \\[1\\]/**');
  free('file:///home/ana/public/plan.md', '**/secrets/**', '.env', '/home/ana/private');
  free('file:///home/ana/secrets.md', 'secrets/', '**/secrets/**');
  free('file:///home/ana/public/a.ts', '!**/public/**');
  localOnly('file:///home/ana/other/a.ts', '!**/public/**');
  free('file:///home/ana/plan.md');
});

test('`**` matches any URI that a client sends', () => {
  for (const uri of ['', 'untitled:', 'untitled:../x', '/home/ana/../b.ts', 'C:\\a.ts', 'a%0Ab', '%', '/'])
    localOnly(uri, '**');
});

test('a folder includes its content, in every notation', () => {
  const uri = 'file:///home/ana/secrets/deep/plan.md';
  for (const pattern of [
    'secrets',
    'secrets/',
    '**/secrets',
    './secrets/**',
    '~/secrets/**',
    '/home/ana/secrets',
  ])
    localOnly(uri, pattern);
  localOnly(uri, ' **/secrets/** ');
});

test('Windows paths match with either slash', () => {
  for (const uri of ['file:///c%3A/Users/ana/secrets/a.ts', 'C:\\Users\\ana\\secrets\\a.ts'])
    for (const pattern of ['C:\\Users\\ana\\secrets\\**', 'c:/Users/ana/secrets/**', '**\\secrets\\**'])
      localOnly(uri, pattern);
  localOnly('file://server/share/secrets/a.ts', '//server/share/secrets/**');
});

test('no spelling of a URI bypasses a pattern', () => {
  for (const uri of [
    'file:///home/ana/secrets/a%0Ab.ts',
    'file:///home/ana/public%2f..%2fsecrets/a.ts',
    '/home/ana/public/../secrets/a.ts',
    'untitled:x/../home/ana/secrets/a.ts',
    'file:///home/ana/secrets/100%.ts',
    'file:///home/ana/se%63rets/100%.ts',
    'git:/home/ana/secrets/a.ts?%7B%22ref%22%3A%22HEAD%22%7D',
    'vscode-notebook-cell:/home/ana/secrets/a.ipynb#W0',
  ])
    localOnly(uri, '/home/ana/secrets/**');
  // A client that does not encode them makes a fragment or a query of the rest of the path.
  localOnly('file:///home/c#/secrets/a.ts', '**/secrets/**');
  localOnly('file:///home/why?/secrets/a.ts', '**/secrets/**');
  // One accent, two encodings: macOS takes names apart.
  localOnly(
    `file:///home/${encodeURIComponent('señal'.normalize('NFD'))}/a.ts`,
    '**/señal/**'.normalize('NFC'),
  );
});

test('a file is local-only under every name that a file system takes for the same', () => {
  for (const [uri, pattern] of [
    ['file:///home/ana/STRASSE/a.ts', '**/straße/**'],
    ['file:///home/ana/straße/a.ts', '**/STRASSE/**'],
    ['file:///home/ana/ΟΔΟΣ/a.ts', '**/οδος/**'],
    ['file:///home/ana/Secrets/a.ts', '../secrets/**'],
    ['file:///home/ana/secrets/a.ts', '$' + '{workspaceFolder}/secrets'],
    ['file:///home/ana/secrets/a.ts', 'file:///home/ana/secrets/**'],
    ['file:///home/ana/secrets/a.ts', 'x/../secrets/./**'],
  ] as const)
    localOnly(uri, pattern);
});
test('a pattern of an unknown shape holds back every file, an escaped bracket only what it names', () => {
  localOnly('file:///home/ana/a.ts', '+(x)');
  free('file:///home/ana/a.ts', 'x\\[y');
});
