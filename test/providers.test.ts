/** What is derived from the pages in server/engines: shared/providers.ts and the README's table. `UPDATE=1 npm run test:unit` writes them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import type { EngineDefinition } from '../server/engines/engine.ts';
import { engines } from '../server/engines/table.ts';
import type { ProviderFacts } from '../shared/provider-facts.ts';
import { modelFamilies, providers } from '../shared/providers.ts';

const module = fileURLToPath(new URL('../shared/providers.ts', import.meta.url));
const readme = new URL('../README.md', import.meta.url);

/** The facts of a page that shared/providers.ts holds. */
function factsOf({
  keyVariable,
  numberedKeyVariables,
  keyPrefix,
  addressVariables,
  modelsDevId,
}: ProviderFacts): ProviderFacts {
  const facts = { keyVariable, numberedKeyVariables, keyPrefix, addressVariables, modelsDevId };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

const expectedProviders = Object.fromEntries(engines.map((engine) => [engine.kind, factsOf(engine)]));
const expectedFamilies = Object.fromEntries(
  engines.flatMap(({ kind, families }) => (families ? [[kind, families]] : [])),
);

test('shared/providers.ts holds the facts of every page', () => {
  if (process.env['UPDATE']) {
    const written = (value: unknown) =>
      inspect(value, { depth: null, maxArrayLength: null, breakLength: 100 });
    writeFileSync(
      module,
      [
        '/** Generated from the pages in server/engines by `UPDATE=1 npm run test:unit`: change those, not this file. */',
        "import type { ProviderFacts } from './provider-facts.ts';",
        '',
        '/** By engine kind. */',
        `export const providers: Readonly<Record<string, ProviderFacts>> = ${written(expectedProviders)};`,
        '',
        '/** Facts of models by their names, for server/registry. */',
        `export const modelFamilies = ${written(expectedFamilies)} as const;`,
        '',
      ].join('\n'),
    );
    const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url));
    execFileSync(biome, ['check', '--write', module]);
    return;
  }
  assert.deepEqual(providers, expectedProviders);
  assert.deepEqual(modelFamilies, expectedFamilies);
});

const headings = [
  '`kind`',
  'Source',
  'Chat API',
  'Inputs',
  'Prefill',
  'Fill in the middle',
  'Embeddings',
  'Verified with',
];

function prefillText({ wire, defaultModels = [''] }: EngineDefinition): string {
  if (!wire.supportsPrefill) return '';
  return defaultModels.every((model) => wire.supportsPrefill?.(model)) ? 'yes' : 'older models';
}

function rowOf(engine: EngineDefinition): string {
  const { kind, source, baseUrl, wire, readme } = engine;
  const cells = [
    `[\`${kind}\`](${readme.docs})`,
    baseUrl === undefined ? 'as configured' : source === 'api' ? 'cloud' : 'local',
    readme.chat,
    readme.inputs ?? 'tools, images',
    prefillText(engine),
    readme.fill ?? (wire.fill ? 'yes' : ''),
    wire.embeddings ? 'yes' : '',
    readme.verifiedBy,
  ];
  return `| ${cells.join(' | ')} |`;
}

const table = [
  `| ${headings.join(' | ')} |`,
  `|${' --- |'.repeat(headings.length)}`,
  ...engines.map(rowOf),
].join('\n');

test('the README has a row for every engine', () => {
  const text = readFileSync(readme, 'utf8');
  const [current = ''] = /^\| `kind` \|[\s\S]*?(?=\n\n)/m.exec(text) ?? [];
  if (process.env['UPDATE'])
    writeFileSync(
      readme,
      text.replace(current, () => table),
    );
  else assert.equal(current, table);
});

test('the README names every service that needs a key, and every variable that is read', () => {
  const text = readFileSync(readme, 'utf8');
  const steps = text.slice(text.indexOf('## First steps'), text.indexOf('## Providers'));
  const variables = text.slice(text.indexOf('environment variables'));
  for (const { label, key, baseUrl, keyVariable, addressVariables = [] } of engines) {
    if (baseUrl !== undefined) assert.ok(steps.includes(label), label);
    for (const variable of [...(key === 'required' ? [keyVariable] : []), ...addressVariables])
      assert.ok(variables.includes(`\`${variable}\``), variable);
  }
});
