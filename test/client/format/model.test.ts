import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelDescription, modelIcon, modelTooltip } from '../../../client/format/model.ts';
import { cooldownText } from '../../../client/format/provider.ts';
import type { ModelDetails } from '../../../shared/model-details.ts';
import { sampleModel } from '../samples.ts';

const at1405 = new Date(new Date().setHours(14, 5, 0, 0)).toISOString();
const cooldown = {
  model: 'small',
  circuit: 'open',
  reason: 'It failed three times.',
  until: at1405,
} as const;
const details = (fields: ModelDetails['fields'], more: Partial<ModelDetails> = {}): ModelDetails => ({
  id: 'lab/small',
  types: [],
  fields,
  provenance: {},
  ...more,
});

test('a model’s description has source, tier, context and price', () => {
  assert.equal(modelDescription({ model: sampleModel() }), 'local · tier 3 · 32k · free');
  const cloud = sampleModel({
    source: 'api',
    tier: null,
    contextTokens: 200_000,
    price: { input: 4, output: 20 },
  });
  assert.equal(modelDescription({ model: cloud }), 'cloud · 200k · $4/$20');
  assert.equal(
    modelDescription({ model: sampleModel({ toggle: false, price: null }) }),
    'off · local · tier 3 · 32k · price unknown',
  );
  assert.match(modelDescription({ model: sampleModel({ locked: true }) }), /^locked · /);
  assert.match(modelDescription({ model: sampleModel(), pinnedTo: ['Planner'] }), /^pinned to Planner · /);
});

test('a local model’s description starts with its state', () => {
  const local = { name: 'small', state: 'loaded', memoryBytes: 5.2e9, sizeBytes: 4.7e9 } as const;
  assert.match(modelDescription({ model: sampleModel(), local }), /^loaded, 5\.2 GB · local · /);
  assert.equal(modelIcon({ model: sampleModel(), local }), 'chip');
  assert.equal(modelIcon({ model: sampleModel(), local: { ...local, state: 'on-disk' } }), 'device-desktop');
  assert.equal(modelIcon({ model: sampleModel({ toggle: false }), local }), 'circle-slash');
});

test('a model that is cooling down shows until when and why; one that is retried says so', () => {
  assert.match(
    modelDescription({ model: sampleModel(), cooldown }, 'en-GB'),
    /^cooling down until 14:05 · local · /,
  );
  assert.match(modelTooltip({ model: sampleModel(), cooldown }), /\nIt failed three times\.\n/);
  assert.equal(modelIcon({ model: sampleModel(), cooldown }), 'history');
  assert.equal(cooldownText({ ...cooldown, circuit: 'half-open' }), 'retrying');
});

test('the tooltip has the known details of a model and their sources', () => {
  const local = { name: 'small', state: 'loaded', memoryBytes: 5.2e9, until: at1405 } as const;
  const detailed = details(
    {
      summary: 'Writes code.',
      trainedContextTokens: 131_072,
      sizeBytes: 4.7e9,
      parameters: '7.6B',
      quantisation: 'Q4_K_M',
      licence: 'apache-2.0',
    },
    {
      types: ['chat', 'fim', 'tools'],
      provenance: { sizeBytes: { by: 'list', at: at1405 }, licence: { by: 'engine', at: at1405 } },
    },
  );
  assert.deepEqual(modelTooltip({ model: sampleModel(), local }, detailed, 'en-GB').split('\n'), [
    'lab/small',
    'loaded, 5.2 GB · local · tier 3 · 32k · free',
    'Writes code.',
    'Tier 3 of 5.',
    '32,768 tokens of context; it was trained for 131,072.',
    'It can chat, fill in the middle and call tools.',
    '7.6B parameters, quantised as Q4_K_M.',
    'It takes 4.7 GB on disk.',
    'It takes 5.2 GB of memory now.',
    'Its engine frees the memory at 14:05 unless another request arrives.',
    'Licence: apache-2.0.',
    'It is free.',
    'Requests to it stay on your own machines.',
    'Sources: its provider’s list and its engine.',
  ]);
});

test('foreign text cannot break out of its line of a tooltip', () => {
  const foreign = 'a\n![x](https://evil.example/x.png)';
  const plain = modelTooltip({ model: sampleModel() }).split('\n').length;
  const tooltip = modelTooltip(
    { model: sampleModel(), cooldown: { ...cooldown, reason: foreign } },
    details({ summary: foreign, licence: foreign }),
  );
  assert.equal(tooltip.split('\n').length, plain + 3);
});

test('the tooltip shows what its service accepts, as refusals stated it', () => {
  const rules = {
    maxOutputTokens: 4_096,
    systemRole: 'none',
    rejectedFields: { temperature: null, stream_options: null },
  } as const;
  const details: ModelDetails = {
    id: 'lab/m',
    types: [],
    fields: {},
    provenance: {},
    refusals: { rules, at: '2026-11-30T00:00:00Z' },
  };
  assert.match(
    modelTooltip({ model: sampleModel() }, details),
    /\nIts service accepts: at most 4,096 tokens per answer; instructions in the user’s message only; without temperature and stream_options\.(?:\n|$)/,
  );
  assert.doesNotMatch(
    modelTooltip({ model: sampleModel() }, { ...details, refusals: { rules: {}, at: '' } }),
    /accepts/,
  );
});
