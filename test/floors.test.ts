/** Imports point down. A room may use itself and any floor below it, never a neighbour and never up. The list is the architecture. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { test } from 'node:test';

const floors = [
  ['shared'],
  ['server/platform'],
  [
    'server/secrets',
    'server/routing',
    'server/registry',
    'server/cache',
    'server/metrics',
    'server/roles',
    'server/settings',
  ],
  ['server/wire'],
  ['server/engines'],
  ['server/resilience', 'server/local', 'server/discovery', 'server/models'],
  ['server/providers', 'server/inline'],
  ['server'],
];
const rooms = floors.flat().sort((a, b) => b.length - a.length);
const roomOf = (file: string) =>
  rooms.find((room) => dirname(file) === room || (room !== 'server' && file.startsWith(`${room}/`)));
const floorOf = (room: string | undefined) =>
  floors.findIndex((floor) => room !== undefined && floor.includes(room));

const files = globSync('{server,shared,client}/**/*.ts', { exclude: ['**/*.d.ts'] }).map((path) =>
  path.replaceAll('\\', '/'),
);
const importsOf = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport\(?)\s*'([^']+)'/g)].map(
    ([, specifier = '']) => specifier,
  );

test('every folder of the server has its floor', () => {
  const homeless = files.filter((file) => file.startsWith('server/') && roomOf(file) === undefined);
  assert.deepEqual(homeless, []);
  assert.ok(files.length > 50, 'the sources were found');
});

for (const file of files.filter((path) => !path.startsWith('client/'))) {
  test(`${file} imports only downward`, () => {
    for (const specifier of importsOf(file).filter((path) => path.startsWith('.'))) {
      const target = normalize(join(dirname(file), specifier));
      if (roomOf(target) === roomOf(file)) continue;
      assert.ok(floorOf(roomOf(target)) < floorOf(roomOf(file)), `${file} → ${target}`);
    }
  });
}

test('the server and what both halves share never import vscode', () => {
  for (const file of files.filter((path) => !path.startsWith('client/'))) {
    assert.ok(!importsOf(file).includes('vscode'), file);
  }
});

test('the client never imports the server', () => {
  for (const file of files.filter((path) => path.startsWith('client/'))) {
    for (const specifier of importsOf(file).filter((path) => path.startsWith('.'))) {
      assert.ok(
        /^(?:client|shared)\//.test(normalize(join(dirname(file), specifier))),
        `${file} → ${specifier}`,
      );
    }
  }
});

/** Who speaks HTTP, and who makes its connections. */
const network = ['server/platform/http.ts', 'server/platform/pending-connections.ts'];

test('only platform/http.ts speaks HTTP, and nothing in the server listens', () => {
  for (const file of files.filter((path) => path.startsWith('server/'))) {
    const spoken = importsOf(file).filter((name) =>
      /^(?:undici(?:\/.+)?|(?:node:)?(?:http|https|http2|net|dgram|dns))$/.test(name),
    );
    assert.deepEqual(network.includes(file) ? [] : spoken, [], file);
    const text = readFileSync(file, 'utf8');
    assert.doesNotMatch(text, /\bcreateServer\(|\bfetch\(/, file);
  }
});
