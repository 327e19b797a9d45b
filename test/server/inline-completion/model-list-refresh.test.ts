import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelListRefresh } from '../../../server/inline-completion/model-list-refresh.ts';
import { virtualClock } from '../../support/typing/virtual-clock.ts';
import { model } from '../routing/samples.ts';

function setUp(names: readonly string[], listed: readonly string[] = []) {
  const clock = virtualClock();
  const refreshed: (string | undefined)[] = [];
  const refresh = modelListRefresh({
    settings: () => ({ 'inline.models': [...names] }),
    providers: {
      models: () => listed.map((id) => model(id)),
      get: (name) =>
        ({ config: { source: name === 'cloud' ? 'api' : 'local' }, modelList: undefined }) as never,
      refreshForRequest: async (_, pinned) => void refreshed.push(pinned),
    },
    clock,
  });
  return { clock, refreshed, refresh: () => refresh(new AbortController().signal) };
}

test('lists are refreshed once a second at most', async () => {
  const { clock, refreshed, refresh } = setUp([]);
  refresh();
  refresh();
  await clock.pass(1_000);
  refresh();
  assert.deepEqual(refreshed, [undefined, undefined]);
});

test('the list of a named cloud provider is requested once in five minutes, until it is known', async () => {
  const { clock, refreshed, refresh } = setUp(['lab/one', 'cloud/two']);
  refresh();
  await clock.pass(1_000);
  refresh();
  await clock.pass(300_000);
  refresh();
  assert.deepEqual(refreshed, ['cloud', undefined, 'cloud']);
  const withList = setUp(['cloud/two'], ['cloud/two']);
  withList.refresh();
  assert.deepEqual(withList.refreshed, [undefined]);
});
