/** How much context a model of a local engine has, in memory or not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ContextSources,
  contextOf,
  type LoadedContexts,
  withLoadedContexts,
} from '../../../server/providers/model-context.ts';

const cold = { name: 'a' };
const nothingKnown: ContextSources = {
  engine: {},
  registered: null,
  loadedBefore: undefined,
  defaultTokens: 4_096,
};

test('a model in memory has what its engine has allocated', () => {
  const sources = { ...nothingKnown, registered: 131_072, engine: { configuredContextTokens: 9_000 } };
  assert.deepEqual(contextOf({ name: 'a', contextTokens: 8_192 }, sources), { contextTokens: 8_192 });
});

test('one that is not has the engine’s default, not what it was trained for', () => {
  assert.deepEqual(contextOf(cold, nothingKnown), { contextTokens: 4_096, contextAssumed: true });
  assert.deepEqual(contextOf(cold, { ...nothingKnown, registered: 131_072 }), {
    contextTokens: 4_096,
    contextAssumed: true,
    trainedContextTokens: 131_072,
  });
});

test('its own setting precedes the default, and no model has more than it was trained for', () => {
  const engine = { configuredContextTokens: 16_384, trainedContextTokens: 8_192 };
  assert.deepEqual(contextOf(cold, { ...nothingKnown, engine: { configuredContextTokens: 16_384 } }), {
    contextTokens: 16_384,
  });
  assert.deepEqual(contextOf(cold, { ...nothingKnown, engine }), { contextTokens: 8_192 });
  assert.deepEqual(contextOf(cold, { ...nothingKnown, engine: { trainedContextTokens: 2_048 } }), {
    contextTokens: 2_048,
  });
});

test('what the engine gave before is a better guess than its documented default', () => {
  const loadedBefore: LoadedContexts = { byModel: new Map([['b', 12_000]]), usual: 32_768 };
  const sources = { ...nothingKnown, loadedBefore };
  assert.equal(contextOf(cold, sources).contextTokens, 32_768);
  assert.equal(contextOf({ name: 'b' }, sources).contextTokens, 12_000);
});

test('the usual context is that of models without a setting of their own', () => {
  const configured = (model: string) => (model === 'long' ? 65_536 : undefined);
  const before: LoadedContexts = { byModel: new Map() };
  assert.equal(withLoadedContexts(before, [cold], configured), before);
  const long = { name: 'long', contextTokens: 65_536 };
  const plain = { name: 'plain', contextTokens: 8_192 };
  assert.equal(withLoadedContexts(before, [long], configured).usual, undefined);
  const after = withLoadedContexts(before, [long, plain, cold], configured);
  assert.deepEqual(
    [after.usual, [...after.byModel]],
    [
      8_192,
      [
        ['long', 65_536],
        ['plain', 8_192],
      ],
    ],
  );
  assert.equal(withLoadedContexts(after, [cold], configured), after, 'nothing is in memory now');
});

test('an engine without a default gives what the model can have', () => {
  const sources = { ...nothingKnown, defaultTokens: undefined };
  assert.deepEqual(contextOf(cold, { ...sources, registered: 32_768 }), { contextTokens: 32_768 });
  assert.deepEqual(contextOf(cold, { ...sources, engine: { contextTokens: 2_048 } }), {
    contextTokens: 2_048,
  });
  assert.deepEqual(contextOf(cold, sources), { contextTokens: null });
});
