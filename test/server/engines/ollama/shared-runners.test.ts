/** Models that answer without loading, since another one of the same file is in memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NativeApi, NativeRequest } from '../../../../server/engines/local-engine.ts';
import { sharedRunners } from '../../../../server/engines/ollama/shared-runners.ts';

const signal = new AbortController().signal;
const shown: Readonly<Record<string, object>> = {
  'one:latest': { details: { parent_model: '/blobs/1' } },
  'alias:latest': { details: { parent_model: '/blobs/1' } },
  'long:latest': { details: { parent_model: '/blobs/1' }, parameters: 'num_ctx 16384' },
  'other:latest': { details: { parent_model: '/blobs/2' } },
};
function runners() {
  const requests: string[] = [];
  const api: Pick<NativeApi, 'json'> = {
    async json({ body }: NativeRequest) {
      const { model } = body as { model: string };
      requests.push(model);
      const description = shown[model];
      if (!description) throw new Error('not found');
      return description;
    },
  };
  return { requests, ...sharedRunners(api as NativeApi) };
}
const models = [...Object.keys(shown), 'broken:latest'].map((name) => ({ name, digest: `${name} 1` }));

test('models of one file and one size of context are in memory together', async () => {
  const { withSharedWeights } = runners();
  const loaded = { name: 'one:latest', size: 7 };
  const byName = await withSharedWeights(models, [loaded], signal);
  assert.deepEqual([...byName.keys()].toSorted(), ['alias:latest', 'one:latest']);
  assert.equal(byName.get('alias:latest'), loaded);
});

test('each model is described once, and none while nothing is in memory', async () => {
  const { withSharedWeights, requests } = runners();
  await withSharedWeights(models, [], signal);
  assert.deepEqual(requests, []);
  await withSharedWeights(models, [{ name: 'other:latest' }], signal);
  await withSharedWeights(models, [{ name: 'other:latest' }], signal);
  const countOf = (name: string) => requests.filter((each) => each === name).length;
  assert.equal(countOf('one:latest'), 1);
  assert.equal(countOf('broken:latest'), 2, 'what failed is requested again');
});
