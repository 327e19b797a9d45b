/** Lists of models in other shapes than OpenAI's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listEntries } from '../../../server/wire/list-entries.ts';
import { isRumboError } from '../../support/local-engines/is-rumbo-error.ts';

const names = (body: unknown) => listEntries(body).map(({ id }) => id);

test('the names are found in every shape of a list', () => {
  for (const body of [
    { data: [{ id: 'a' }, { id: 'b c#d' }] },
    { data: ['a', 'b c#d'] },
    ['a', 'b c#d'],
    [{ name: 'a' }, { model: 'b c#d' }],
    { models: [{ name: 'a' }, { model_name: 'b c#d' }] },
    { models: ['a', 'b c#d'] },
    { object: 'list', data: { a: { owned_by: 'x' }, 'b c#d': {} } },
    { a: { context: 1 }, 'b c#d': { context: 2 } },
    { data: { models: [{ id: 'a' }, { id: 'b c#d' }] } },
    { success: true, result: [{ id: 'a' }, { id: 'b c#d' }] },
    { success: true, errors: [], result: { items: [{ slug: 'a' }, { key: 'b c#d' }] } },
    { data: [[{ id: 'a' }], [{ id: 'b c#d' }]] },
    {
      data: [
        { id: 'x', models: [{ id: 'a' }] },
        { id: 'y', models: ['b c#d'] },
      ],
    },
    { endpoints: [{ name: 'a' }, { name: 'b c#d' }] },
    { total_count: 2, resources: [{ model_id: 'a' }, { model_id: 'b c#d' }] },
    { modelSummaries: [{ modelId: 'a' }, { modelId: 'b c#d' }] },
    { publisherModels: [{ name: 'a' }, { name: 'b c#d' }] },
    { model_names: ['a', 'b c#d'] },
    { total: 2, records: [{ modelId: 'a' }, { modelId: 'b c#d' }] },
    { data: null, models: [{ name: 'a' }, { name: 'b c#d' }] },
    {
      result: [
        { id: '0f4bd1b6-5f0e-4a3e-8f2c-0f4bd1b65f0e', name: 'a' },
        { id: 7, name: 'b c#d' },
      ],
    },
    { data: [null, 7, {}, '', { id: '' }, { id: 'a' }, { object: 'model' }, { id: 'b c#d' }] },
  ])
    assert.deepEqual(names(body), ['a', 'b c#d'], JSON.stringify(body));
});

test('no list yet is an empty list', () => {
  for (const body of [
    { object: 'list', data: null },
    { data: [] },
    { models: null },
    [],
    { data: null, models: null },
  ])
    assert.deepEqual(names(body), [], JSON.stringify(body));
});

test('what is no list is not taken for one', () => {
  for (const body of [null, 7, 'x', {}, { status: 'ok' }, { data: {} }, { version: '1' }, { data: 7 }])
    assert.throws(
      () => listEntries(body),
      isRumboError('bad-response', /list of models cannot be read/),
      JSON.stringify(body),
    );
});

test('an error instead of a list is that error', () => {
  assert.throws(
    () => listEntries({ error: { message: 'Invalid API key', code: 'invalid_api_key' } }),
    isRumboError('unauthorized', /./),
  );
  assert.throws(
    () => listEntries({ error: { message: 'Insufficient balance' } }),
    isRumboError('payment-required', /./),
  );
});
