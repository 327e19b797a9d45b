import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { areInstalled } from '../../../scripts/set-up/dependencies.mjs';

const project = (wanted: object, installed?: object) => {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-dependencies-'));
  const list = (packages: object) => JSON.stringify({ packages });
  writeFileSync(join(folder, 'package-lock.json'), list({ '': { version: '1.0.0' }, ...wanted }));
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true });
  if (installed) writeFileSync(join(folder, 'node_modules', '.package-lock.json'), list(installed));
  return folder;
};
const zod = (version: string) => ({ 'node_modules/zod': { version } });

test('nothing is installed again when every required package is installed', () => {
  assert.equal(areInstalled(project(zod('4.0.0'), zod('4.0.0'))), true);
});

test('a missing folder, a missing package and another version are stale', () => {
  assert.equal(areInstalled(project(zod('4.0.0'))), false);
  assert.equal(areInstalled(project(zod('4.0.0'), {})), false);
  assert.equal(areInstalled(project(zod('4.0.0'), zod('4.1.0'))), false);
});

test('packages for other machines do not count', () => {
  const elsewhere = { 'node_modules/fsevents': { version: '2.0.0', optional: true, os: ['darwin'] } };
  assert.equal(areInstalled(project({ ...zod('4.0.0'), ...elsewhere }, zod('4.0.0'))), true);
});
