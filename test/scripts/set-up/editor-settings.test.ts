import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeSettings } from '../../../scripts/set-up/editor-settings.ts';

test('changes by the user and comments stay; missing settings are added', () => {
  const userData = mkdtempSync(join(tmpdir(), 'rumbo-settings-'));
  const file = join(userData, 'User', 'settings.json');
  writeSettings(userData, { 'a.b': 1 });
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { 'a.b': 1 });

  writeFileSync(file, '{\n  // mine\n  "a.b": 2,\n  "p": { "mine": {} }\n}');
  writeSettings(userData, { 'a.b': 1, c: true }, [[['p', 'practice'], { x: 1 }]]);
  const text = readFileSync(file, 'utf8');
  assert.match(text, /\/\/ mine/);
  assert.deepEqual(JSON.parse(text.replace('// mine', '')), {
    'a.b': 2,
    p: { mine: {}, practice: { x: 1 } },
    c: true,
  });

  writeSettings(userData, {}, [[['p', 'practice'], undefined]]);
  assert.doesNotMatch(readFileSync(file, 'utf8'), /practice/);
});

test('removing a setting that does not exist does not change the file', () => {
  const userData = mkdtempSync(join(tmpdir(), 'rumbo-settings-'));
  writeSettings(userData, {}, [[['p', 'practice'], undefined]]);
  assert.deepEqual(JSON.parse(readFileSync(join(userData, 'User', 'settings.json'), 'utf8')), {});
});
