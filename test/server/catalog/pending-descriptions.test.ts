/** A request waits until engines have reported what their models can do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pendingDescriptions } from '../../../server/catalog/pending-descriptions.ts';
import { modelNamed } from '../orchestration/progress.ts';

const local = modelNamed('home/a', { source: 'local' });
const never = () => new Promise<void>(() => {});

test('only local models are waited for, and only until they are described', async () => {
  let models = [modelNamed('lab/b')];
  let described = false;
  const pending = pendingDescriptions({
    models: () => models,
    isDescribed: () => described,
    async whenLoaded() {
      described = true;
    },
  });
  assert.equal(pending.isIncomplete(), false);
  models = [local];
  assert.equal(pending.isIncomplete(), true);
  await pending.wait(new AbortController().signal);
  assert.equal(pending.isIncomplete(), false);
});

test('an engine that describes nothing is not waited for again until the models change', async () => {
  let models = [local];
  const pending = pendingDescriptions({
    models: () => models,
    isDescribed: () => false,
    whenLoaded: async () => {},
  });
  await pending.wait(new AbortController().signal);
  assert.equal(pending.isIncomplete(), false);
  models = [local, modelNamed('home/b', { source: 'local' })];
  assert.equal(pending.isIncomplete(), true);
});

test('a slow engine holds a request up for a moment only, and not at all once it is cancelled', async () => {
  const pending = pendingDescriptions({ models: () => [local], isDescribed: () => false, whenLoaded: never });
  const startedMs = performance.now();
  await pending.wait(AbortSignal.timeout(20));
  assert.ok(performance.now() - startedMs < 500);
  await pending.wait(new AbortController().signal);
  assert.ok(performance.now() - startedMs < 3_000);
  assert.equal(pending.isIncomplete(), true);
});
