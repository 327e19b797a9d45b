/** Each cell of the table wire × feature: what it says is what the body of a request shows. `docs/features.md` is made of it. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import { mapFeatures } from '../../../server/wire/map-features.ts';
import type { CompletionRequest } from '../../../shared/chat.ts';
import { type Feature, type FeatureSupport, featurePolicies, features } from '../../../shared/features.ts';
import { featureSample, sampleRequest } from '../../support/feature-samples.ts';

/** A usual model of each service. */
const columns = engines.map((definition) => {
  const model = definition.defaultModels?.[0] ?? 'tiny';
  return { definition, model, support: definition.wire.support(model) };
});

const bodyOf = (kind: string, model: string, request: CompletionRequest): string => {
  const { wire } = engines.find((engine) => engine.kind === kind) ?? assert.fail(kind);
  return JSON.stringify(
    wire.chat(model).encode(model, mapFeatures(request, wire.support(model)).request).body,
  );
};

/** The same request without the feature. */
const without = (feature: Feature, request: CompletionRequest): CompletionRequest =>
  feature === 'toolErrors' || feature === 'cacheHints'
    ? JSON.parse(JSON.stringify(request).replace(/,"isError":true|,"cache":"1h"/, ''))
    : plain;
const plain: CompletionRequest = sampleRequest({});

for (const { definition, model, support } of columns)
  test(`${definition.kind}: every feature is in the body, mapped or left out, as the table says`, () => {
    for (const feature of features) {
      const sample = featureSample(feature, support.name, definition.kind);
      const request = sampleRequest(sample);
      const cell = `${definition.kind} ${feature}: ${support.features[feature]}`;
      // A model that cannot do it is not asked.
      const { withoutSupport } = featurePolicies[feature];
      if (support.features[feature] === 'none' && withoutSupport === 'exclude') continue;
      const body = bodyOf(definition.kind, model, request);
      const base = bodyOf(definition.kind, model, without(feature, request));
      if (support.features[feature] === 'native') {
        assert.notEqual(body, base, cell);
        if (sample.marker) assert.ok(body.includes(sample.marker), `${cell}: ${body}`);
      } else if (support.features[feature] === 'mapped' && feature !== 'cacheHints') {
        assert.notEqual(body, base, cell);
        if (sample.marker && !markedByOthers.has(feature))
          assert.ok(body.includes(sample.marker), `${cell}: ${body}`);
      } else if (sample.marker && !isReadAnyway.has(feature)) {
        assert.ok(!body.includes(sample.marker), `${cell}: ${body}`);
      }
    }
  });

/** Their equivalent has another form. */
const markedByOthers: ReadonlySet<Feature> = new Set(['strictTools']);
/** What is left out is a property of something that is sent. */
const isReadAnyway: ReadonlySet<Feature> = new Set(['reasoningSignatures', 'documentCitations']);

const symbols: Readonly<Record<FeatureSupport, string>> = { native: '●', mapped: '◐', none: '–' };
const consequences = {
  drop: 'left out, and the receipt says so',
  exclude: 'the model is not asked',
} as const;

/** The table as a page for readers. */
function page(): string {
  const header = `| | ${columns.map(({ definition }) => definition.label).join(' | ')} | without it |`;
  const rows = features.map((feature) => {
    const { label, withoutSupport, ability } = featurePolicies[feature];
    const cells = columns.map(({ support }) => symbols[support.features[feature]]);
    const needs = ability ? ` (ability \`${ability}\`)` : '';
    return `| ${label}${needs} | ${cells.join(' | ')} | ${consequences[withoutSupport]} |`;
  });
  return `# What each service is sent

A request may hold more than text and plain tools. This page lists what each service's wire format has of it: ● it has a field
or part for it, ◐ Rumbo sends an equivalent (a document as text, a tool of plain text as a function with one string, a JSON
Schema as an instruction with a check of the answer …), – it has nothing. The last column says what follows for a model without
it. Shown is a usual model of each service; some models of a service differ, and a model that is known to lack the ability is
treated like one without the field. Rumbo learns further limits from what services refuse.

The page is generated from \`shared/features.ts\` and \`server/wire/wire-features.ts\`; each cell is tested by
\`test/server/wire/feature-table.test.ts\`.

${header}
|${' --- |'.repeat(columns.length + 2)}
${rows.join('\n')}
`;
}

test('docs/features.md is the table', () => {
  const path = 'docs/features.md';
  if (process.env['UPDATE']) writeFileSync(path, page());
  assert.equal(readFileSync(path, 'utf8'), page(), 'UPDATE=1 npm run test:unit writes it');
});
