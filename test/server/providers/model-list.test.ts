/** The model list of one provider, with an engine that answers when the test says so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engines } from '../../../server/engines/table.ts';
import { type ModelListDeps, modelList } from '../../../server/providers/model-list.ts';
import { resolveProviderConfigs } from '../../../server/providers/provider-config.ts';
import type { ModelInfo } from '../../../server/wire/wire-format.ts';
import { RumboError } from '../../../shared/errors.ts';

function setUp(name = 'ollama', more: Partial<ModelListDeps> = {}) {
  const config = resolveProviderConfigs({}, engines, {}).providers.find((each) => each.name === name);
  assert.ok(config);
  const clock = { ms: 1_000 };
  const seen = { listed: 0, changed: 0 };
  const requests: PromiseWithResolvers<readonly ModelInfo[]>[] = [];
  const list = modelList({
    config,
    engine: {
      listModels() {
        const request = Promise.withResolvers<readonly ModelInfo[]>();
        requests.push(request);
        return request.promise;
      },
    },
    elapsed: () => clock.ms,
    onListed: () => {
      seen.listed += 1;
    },
    onChange: () => {
      seen.changed += 1;
    },
    ...more,
  });
  return { clock, list, requests, seen };
}
/** Lets what has been resolved take effect. */
const settle = () => new Promise(setImmediate);

test('concurrent calls share one request, and the next call sends a new one', async () => {
  const { list, requests, seen } = setUp();
  const both = [list.refresh(), list.refresh()];
  await settle();
  assert.equal(list.isPending(), true);
  assert.equal(requests.length, 1);
  requests[0]?.resolve([{ name: 'a' }]);
  await Promise.all(both);
  assert.deepEqual(
    [list.models(), list.isPending(), seen],
    [[{ name: 'a' }], false, { listed: 1, changed: 1 }],
  );
  void list.refresh();
  await settle();
  assert.equal(requests.length, 2);
});

test('the last good list stays when the next request fails', async () => {
  const { list, requests, seen } = setUp();
  const first = list.refresh();
  await settle();
  requests[0]?.resolve([{ name: 'a' }]);
  await first;
  const second = list.refresh();
  await settle();
  requests[1]?.reject(new RumboError('No server answers.', { kind: 'unreachable' }));
  await second;
  assert.deepEqual(list.models(), [{ name: 'a' }]);
  assert.equal(list.failure()?.kind, 'unreachable');
  assert.deepEqual(seen, { listed: 1, changed: 2 });
});

test('the age counts from the end of the last request', async () => {
  const { clock, list, requests } = setUp();
  assert.equal(list.ageMs(), Number.POSITIVE_INFINITY);
  const done = list.refresh();
  await settle();
  clock.ms += 500;
  requests[0]?.resolve([]);
  await done;
  clock.ms += 20;
  assert.equal(list.ageMs(), 20);
});

test('a result from before a reset is ignored', async () => {
  const { list, requests, seen } = setUp();
  const done = list.refresh();
  await settle();
  list.reset();
  assert.equal(list.isPending(), false);
  requests[0]?.resolve([{ name: 'old' }]);
  await done;
  assert.equal(list.models(), undefined);
  assert.equal(seen.listed, 0);
});

test('a default address is used only after its server was identified', async () => {
  const { list, requests } = setUp('ollama', {
    identifyServer: async () => ({ kind: 'lm-studio', label: 'LM Studio' }),
  });
  await list.refresh();
  assert.equal(requests.length, 0);
  assert.match(list.failure()?.message ?? '', /^LM Studio answers at 127\.0\.0\.1:11434, not Ollama\.$/);
});

test('an engine that is being restarted is waited for until it lists its models, or for a while', async () => {
  let attempts = 0;
  const engine = {
    async listModels() {
      attempts += 1;
      if (attempts < 3) throw new RumboError('Refused.', { kind: 'unreachable' });
      return [{ name: 'a' }];
    },
  };
  const { list } = setUp('ollama', { engine, elapsed: () => performance.now() });
  const { signal } = new AbortController();
  await list.whenBack(5_000, signal);
  assert.deepEqual([attempts, list.failure()], [3, undefined]);
  attempts = Number.NEGATIVE_INFINITY;
  await list.whenBack(250, signal);
  assert.equal(list.failure()?.kind, 'unreachable');
});
