/** What `npm ci` needs to work on every machine, and what must not be in a lockfile. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Entry {
  resolved?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
}

const lockfiles = globSync('{package-lock.json,scripts/**/package-lock.json}', {
  exclude: (path) => path.includes('node_modules'),
});
const packagesOf = (file: string): Record<string, Entry> => JSON.parse(readFileSync(file, 'utf8')).packages;

test('no lockfile names the registry of the machine that wrote it', () => {
  assert.ok(lockfiles.includes('package-lock.json'), 'the lockfiles were found');
  const named = lockfiles.flatMap((file) =>
    Object.entries(packagesOf(file)).flatMap(([path, { resolved, link }]) =>
      resolved === undefined || link ? [] : [`${file}: ${path}`],
    ),
  );
  assert.deepEqual(named, []);
});

// npm refuses a lockfile that lacks them, and leaves them out when it writes one on a machine they are not for.
test('the lockfile lists the optional packages of every platform', () => {
  const packages = packagesOf('package-lock.json');
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages),
    ),
  );
  assert.deepEqual(missing, []);
});
