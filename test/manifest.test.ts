/** package.json and docs/settings.md list the settings of shared/settings.ts. `UPDATE=1 npm run test:unit` writes them. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as z from 'zod';
import { Settings, settingsSection } from '../shared/settings.ts';

const file = new URL('../package.json', import.meta.url);
const reference = new URL('../docs/settings.md', import.meta.url);

type JsonSchema = {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: unknown;
  readonly additionalProperties?: JsonSchema | false;
  readonly minimum?: number;
  readonly maximum?: number;
};
type DescribedSetting = JsonSchema & {
  readonly default: unknown;
  readonly scope: 'application' | 'machine' | 'window';
  readonly markdownDescription: string;
  readonly enumDescriptions?: readonly string[];
};
type SettingSchema = DescribedSetting & { readonly propertyNames?: unknown; readonly affects?: unknown };

/** The settings as VS Code's `contributes.configuration`. */
function configuration() {
  const { properties = {} } = z.toJSONSchema(Settings, { io: 'input' });
  const named = Object.entries(properties).map(([key, schema], order) => {
    // VS Code ignores `propertyNames` (the server checks the names), and `affects` is for the server only.
    const { propertyNames: _names, affects: _affects, ...setting } = schema as unknown as SettingSchema;
    return [`${settingsSection}.${key}`, { ...(setting as DescribedSetting), order }] as const;
  });
  return { title: 'Rumbo', properties: Object.fromEntries(named) };
}

test('package.json lists exactly the settings of the schema', () => {
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const expected = JSON.parse(JSON.stringify(configuration()));
  if (process.env['UPDATE']) {
    manifest.contributes = { ...manifest.contributes, configuration: expected };
    writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  }
  assert.deepEqual(manifest.contributes?.configuration, expected);
});

/** A type as TypeScript writes it, with its bounds: `number (0 to 100000) | null`. */
function typeText(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' | ');
  if (schema.type === 'array') return `${typeText(schema.items ?? {})}[]`;
  if (schema.properties) return 'object';
  if (schema.type === 'object') {
    const values = schema.additionalProperties;
    return `map of ${values && values.type !== 'object' ? typeText(values) : 'objects'}`;
  }
  const { minimum, maximum } = schema;
  const bounds = minimum === undefined || maximum === undefined ? '' : ` (${minimum} to ${maximum})`;
  return `${schema.type ?? 'string'}${bounds}`;
}

const scopeText = {
  application: 'user',
  machine: 'user, for this machine',
  window: 'user; a workspace can only narrow it',
} as const;

const defaultText = (value: unknown): string =>
  value === null ? 'none' : `\`${JSON.stringify(value).replaceAll(/([,:])(?=\S)/g, '$1 ')}\``;

/** docs/settings.md: every setting with its type, default, scope and description. */
function referenceText(): string {
  const entries = Object.entries(configuration().properties).map(([name, setting]) => {
    const values = setting.enum?.map(
      (value, index) => `- \`${JSON.stringify(value)}\`: ${setting.enumDescriptions?.[index] ?? ''}`,
    );
    return [
      `## \`${name}\``,
      `Type: ${typeText(setting)} · Default: ${defaultText(setting.default)} · Scope: ${scopeText[setting.scope]}`,
      setting.markdownDescription,
      ...(values && setting.enumDescriptions ? [values.join('\n')] : []),
    ].join('\n\n');
  });
  return `${[
    '# Settings',
    'Generated from `shared/settings.ts` by `UPDATE=1 npm run test:unit`. A headless server reads the same keys from the JSON file of `--config`.',
    ...entries,
  ].join('\n\n')}\n`;
}

test('docs/settings.md lists exactly the settings of the schema', () => {
  if (process.env['UPDATE']) {
    mkdirSync(new URL('.', reference), { recursive: true });
    writeFileSync(reference, referenceText());
  }
  assert.equal(readFileSync(reference, 'utf8'), referenceText());
});

/** Settings that a workspace can set as well, only to narrow them. */
const narrowable = [
  'models',
  'privacy.localOnly',
  'inline.enabled',
  'inline.languages',
  'inline.exclude',
  'cache.enabled',
];

test('only the user can set where requests go and what they may cost', () => {
  for (const [key, schema] of Object.entries(Settings.shape)) {
    const scope = schema.meta()?.['scope'];
    // Where keys are kept depends on the machine that runs the extension.
    const own = key === 'keys.store' ? 'machine' : 'application';
    assert.equal(scope, narrowable.includes(key) ? 'window' : own, key);
  }
});

test('every setting has a description', () => {
  for (const [key, schema] of Object.entries(Settings.shape)) {
    assert.match(String(schema.meta()?.['markdownDescription']), /\.$/, key);
  }
});
