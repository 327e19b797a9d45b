/** Every exported name is unique in the project, so that a search finds one declaration. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const files = globSync('{client,server,shared}/**/*.ts', { exclude: ['**/*.d.ts'] }).map((path) =>
  path.replaceAll('\\', '/'),
);

test('no two files export the same name', () => {
  const filesByName = new Map<string, Set<string>>();
  for (const file of files) {
    const names = readFileSync(file, 'utf8').matchAll(
      /^export (?:async )?(?:const|function\*?|class|type|interface) (\w+)/gm,
    );
    for (const [, name = ''] of names) filesByName.set(name, (filesByName.get(name) ?? new Set()).add(file));
  }
  assert.ok(filesByName.size > 300, 'the exports were found');
  assert.deepEqual(
    [...filesByName]
      .filter(([, { size }]) => size > 1)
      .map(([name, where]) => `${name}: ${[...where].join(', ')}`),
    [],
  );
});
