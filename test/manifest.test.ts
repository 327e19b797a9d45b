/** package.json and the README say what shared/settings.ts says. `UPDATE=1 npm run test:unit` writes them. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as z from 'zod';
import { Settings, settingsSection } from '../shared/settings.ts';

const file = new URL('../package.json', import.meta.url);
const readme = new URL('../README.md', import.meta.url);

type Described = Record<string, unknown> & { default: unknown; markdownDescription: string };

/** The settings as VS Code's `contributes.configuration`. */
function configuration() {
  const { properties = {} } = z.toJSONSchema(Settings, { io: 'input' });
  const named = Object.entries(properties).map(([key, schema], order) => {
    // VS Code knows no `propertyNames`; the server checks the names.
    const { propertyNames: _names, ...known } = schema as Described;
    return [`${settingsSection}.${key}`, { ...known, order }] as const;
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

/** The settings as the README's table. */
function table(): string {
  const rows = Object.entries(configuration().properties).map(
    ([name, { default: value, markdownDescription }]) => {
      const told =
        value === null ? 'none' : `\`${JSON.stringify(value).replaceAll(/([,:])(?=\S)/g, '$1 ')}\``;
      return `| \`${name}\` | ${told} | ${markdownDescription} |`;
    },
  );
  return ['| Setting | Default | What |', '| --- | --- | --- |', ...rows].join('\n');
}

test('the README lists exactly the settings there are', () => {
  const text = readFileSync(readme, 'utf8');
  const [known = ''] = /^\| Setting \|[\s\S]*?(?=\n\n)/m.exec(text) ?? [];
  if (process.env['UPDATE'])
    writeFileSync(
      readme,
      text.replace(known, () => table()),
    );
  else assert.equal(known, table());
});

/** What a workspace may set as well, and only to narrow it. */
const narrowed = [
  'models',
  'privacy.localOnly',
  'inline.enabled',
  'inline.languages',
  'inline.exclude',
  'cache.enabled',
];

test('what decides where a request goes and what it may cost is the user’s alone', () => {
  for (const [key, schema] of Object.entries(Settings.shape)) {
    const scope = schema.meta()?.['scope'];
    assert.equal(scope, narrowed.includes(key) ? 'window' : 'application', key);
  }
});

test('every setting is described', () => {
  for (const [key, schema] of Object.entries(Settings.shape)) {
    assert.match(String(schema.meta()?.['markdownDescription']), /\.$/, key);
  }
});
