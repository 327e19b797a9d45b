/** package.json says what shared/settings.ts says. `UPDATE=1 npm run test:unit` writes it. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as z from 'zod';
import { Settings, section } from '../shared/settings.ts';

const file = new URL('../package.json', import.meta.url);

/** The settings as VS Code's `contributes.configuration`. */
function configuration() {
  const { properties = {} } = z.toJSONSchema(Settings, { io: 'input' });
  const named = Object.entries(properties).map(([key, schema], order) => {
    // VS Code knows no `propertyNames`; the server checks the names.
    const { propertyNames: _names, ...known } = schema as Record<string, unknown>;
    return [`${section}.${key}`, { ...known, order }];
  });
  return { title: 'Rumbo', properties: Object.fromEntries(named) };
}

test('package.json lists exactly the settings there are', () => {
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const expected = JSON.parse(JSON.stringify(configuration()));
  if (process.env['UPDATE']) {
    manifest.contributes = { ...manifest.contributes, configuration: expected };
    writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  }
  assert.deepEqual(manifest.contributes?.configuration, expected);
});

test('what decides where a request goes and what it may cost is the user’s alone', () => {
  for (const [key, schema] of Object.entries(Settings.shape)) {
    const scope = schema.meta()?.['scope'];
    const narrowed = ['models', 'privacy.localOnly', 'cache.enabled'].includes(key);
    assert.equal(scope, narrowed ? 'window' : 'application', key);
  }
});

test('every setting is described', () => {
  for (const [key, schema] of Object.entries(Settings.shape)) {
    assert.match(String(schema.meta()?.['markdownDescription']), /\.$/, key);
  }
});
