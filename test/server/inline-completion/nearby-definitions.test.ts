import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentStore } from '../../../server/inline-completion/documents.ts';
import { nearbyDefinitions } from '../../../server/inline-completion/nearby-definitions.ts';
import { sampleContext, sampleUri } from './samples.ts';

test('symbols of the client become definitions, requested with the open document', async () => {
  const documents = documentStore();
  documents.opened({ uri: sampleUri, languageId: 'typescript', version: 1, text: 'abc' });
  const requested: (string | undefined)[] = [];
  const definitions = nearbyDefinitions(async (document) => {
    requested.push(document?.text);
    return [{ name: 'Cart', uri: 'file:///b.ts', text: 'type Cart = {};' }];
  }, documents);
  assert.deepEqual(await definitions(sampleContext('abc')), [
    { uri: 'file:///b.ts', line: 0, text: 'type Cart = {};' },
  ]);
  await definitions(sampleContext('abc', { uri: 'file:///closed.ts' }));
  assert.deepEqual(requested, ['abc', undefined]);
});
