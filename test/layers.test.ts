/** Imports point down: a folder imports itself and the layers below it, never a neighbour and never up. No circles, inside folders too. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { test } from 'node:test';

/** From the bottom up. A file at the top of `server/` is a layer member by its own name. */
const layers = [
  ['shared'],
  ['server/platform'],
  ['server/edits'],
  [
    'server/secrets',
    'server/settings',
    'server/routing',
    'server/registry',
    'server/cache',
    'server/metrics',
    'server/profiles',
  ],
  ['server/wire'],
  ['server/engines'],
  ['server/resilience', 'server/discovery', 'server/models'],
  ['server/providers'],
  ['server/catalog', 'server/accounting'],
  ['server/orchestration', 'server/inline-completion'],
  ['server/rpc'],
  ['server/apply-settings.ts'],
  ['server/create-modules.ts'],
  ['server/start-server.ts'],
  ['server/main.ts', 'server/bootstrap.ts'],
];
const modules = layers.flat();
const moduleOf = (file: string): string | undefined =>
  modules.find((module) => file === module || file.startsWith(`${module}/`));
const layerOf = (module: string | undefined) =>
  layers.findIndex((layer) => module !== undefined && layer.includes(module));

const files = globSync('{server,shared,client}/**/*.ts', { exclude: ['**/*.d.ts'] }).map((path) =>
  path.replaceAll('\\', '/'),
);
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport\(?)\s*'([^']+)'/g)].map(
    ([, specifier = '']) => specifier,
  );
const filesImportedBy = (file: string): string[] =>
  importsOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(file), specifier)));

test('every file of the server belongs to a layer', () => {
  assert.deepEqual(
    files.filter((file) => file.startsWith('server/') && moduleOf(file) === undefined),
    [],
  );
  assert.ok(files.length > 50, 'the sources were found');
});

test('a folder imports itself and the layers below it only', () => {
  const wrong = files
    .filter((file) => !file.startsWith('client/'))
    .flatMap((file) =>
      filesImportedBy(file)
        .filter((target) => {
          const [from, to] = [moduleOf(file), moduleOf(target)];
          return from !== to && layerOf(to) >= layerOf(from);
        })
        .map((target) => `${file} → ${target}`),
    );
  assert.deepEqual(wrong, []);
});

test('no file imports itself by way of others', () => {
  assert.deepEqual(circles(new Map(files.map((file) => [file, filesImportedBy(file)]))), []);
});

/** Groups of files that import each other, types included. Tarjan's strongly connected components. */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.size - 1);
    stack.push(file);
    for (const target of imports.get(file) ?? []) {
      if (!imports.has(target)) continue;
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) lowest.set(file, Math.min(lowest.get(file) ?? 0, lowest.get(target) ?? 0));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) found.push(circle);
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return found;
}

test('a circle of imports is found', () => {
  const imports = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', ['a']],
    ['d', []],
  ]);
  assert.deepEqual(circles(imports), [['a', 'b', 'c']]);
});

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

/** The files that send HTTP requests, open connections, and compare addresses. */
const network = [
  'server/platform/dispatchers.ts',
  'server/platform/http.ts',
  'server/platform/http-exchange.ts',
  // Compares addresses with ranges.
  'server/platform/no-proxy.ts',
  'server/platform/pending-connections.ts',
];

test('only platform/http.ts sends HTTP requests, and nothing in the server listens', () => {
  for (const file of files.filter((path) => path.startsWith('server/'))) {
    const spoken = importsOf(file).filter((name) =>
      /^(?:undici(?:\/.+)?|(?:node:)?(?:http|https|http2|net|dgram|dns))$/.test(name),
    );
    assert.deepEqual(network.includes(file) ? [] : spoken, [], file);
    const text = readFileSync(file, 'utf8');
    assert.doesNotMatch(text, /\bcreateServer\(|\bfetch\(/, file);
  }
});
