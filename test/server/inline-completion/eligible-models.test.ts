import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentStore } from '../../../server/inline-completion/documents.ts';
import { eligibleModels } from '../../../server/inline-completion/eligible-models.ts';
import type { AccessDenial } from '../../../server/inline-completion/file-access.ts';
import { denialMessages } from '../../../server/inline-completion/file-policy.ts';
import type { RankedModel } from '../../../server/inline-completion/rank-models.ts';
import { unavailableReason } from '../../../server/inline-completion/unavailable-reason.ts';
import { model } from '../routing/samples.ts';
import { sampleContext, sampleUri } from './samples.ts';

const ranked = ['openai/big', 'ollama/one'].map(
  (id): RankedModel => ({
    model: model(id),
    length: 'block',
    usualMs: null,
    lateAfterMs: 200,
    isCold: false,
  }),
);

function setUp({
  isOn = true,
  denial,
  isLocalOnly = false,
  models = ranked,
}: {
  isOn?: boolean;
  denial?: AccessDenial;
  isLocalOnly?: boolean;
  models?: typeof ranked;
} = {}) {
  const documents = documentStore();
  documents.opened({ uri: sampleUri, languageId: 'typescript', version: 1, text: 'abc' });
  const requested: [boolean, number][] = [];
  const policy = { denial: () => denial, isLocalOnly: () => isLocalOnly };
  const modelsFor = eligibleModels({
    activation: { isOn: () => isOn },
    policy,
    documents,
    models: {
      ranking(localOnly, tokens) {
        requested.push([localOnly, tokens]);
        return { ranked: models, eligibility: [] };
      },
    },
  });
  let changes = 0;
  const countChange = (): void => {
    changes += 1;
  };
  const reason = unavailableReason({ policy, modelsFor, onChange: countChange });
  return { modelsFor, requested, reason, changes: () => changes };
}
const idsOf = (models: readonly RankedModel[]) => models.map(({ model: { id } }) => id);

test('the position in the document gets all ranked models, by its size and its locality', () => {
  const { modelsFor, requested } = setUp({ isLocalOnly: true });
  assert.deepEqual(idsOf(modelsFor(sampleContext('a', { after: 'bc' }))), ['openai/big', 'ollama/one']);
  assert.deepEqual(requested, [[true, 1]]);
});

test('a position that the user has not reached gets models that cost nothing', () => {
  assert.deepEqual(idsOf(setUp().modelsFor(sampleContext('a', { after: 'bcd' }))), ['ollama/one']);
});

test('no model is eligible while ghost text is off, nor in a file that may not be read', () => {
  for (const options of [{ isOn: false }, { denial: 'secret' } as const]) {
    const { modelsFor, requested } = setUp(options);
    assert.deepEqual(modelsFor(sampleContext('abc')), []);
    assert.deepEqual(requested, []);
  }
});

test('the reason is the file’s denial, or that no local model is available for a local-only file', () => {
  const denied = setUp({ denial: 'large' });
  denied.reason.update(sampleContext('abc'));
  denied.reason.update(sampleContext('abc'));
  assert.equal(denied.reason.current(), denialMessages.large);
  assert.equal(denied.changes(), 1);
  const local = setUp({ isLocalOnly: true, models: [] });
  local.reason.update(sampleContext('abc'));
  assert.equal(local.reason.current(), denialMessages['local-only']);
  const fine = setUp({ models: [] });
  fine.reason.update(sampleContext('abc'));
  assert.equal(fine.reason.current(), undefined);
  assert.equal(fine.changes(), 0);
});
