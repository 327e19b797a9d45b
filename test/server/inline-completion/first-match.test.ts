import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstMatch } from '../../../server/inline-completion/first-match.ts';

const never = new Promise<undefined>(() => {});
const nothing = Promise.resolve(undefined);
const failure = () => Promise.reject(new Error('No.'));

test('the first value wins over nothing, failures and pending promises', async () => {
  assert.equal(await firstMatch([never, nothing, failure(), Promise.resolve(1)]), 1);
});

test('without a value it is undefined once all are done', async () => {
  assert.equal(await firstMatch([nothing, nothing]), undefined);
});

test('it rejects only if all reject', async () => {
  await assert.rejects(firstMatch([failure(), failure()]), /No\./);
});
