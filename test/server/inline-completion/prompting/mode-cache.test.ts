/** Which completion modes are remembered, and for how long. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { modeCache } from '../../../../server/inline-completion/prompting/mode-cache.ts';

const address = { baseUrl: 'http://127.0.0.1:8080', model: 'm' };
const modes = ['fill', 'template', 'chat'] as const;
const day = 24 * 3_600_000;

function storage(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a rejected mode is skipped for a day, for this model at this address', () => {
  let atMs = 1_000;
  const cache = modeCache({ now: () => atMs });
  cache.recordRejection(address, 'fill', true);
  assert.deepEqual(cache.usableModes(address, modes), ['template', 'chat']);
  assert.deepEqual(cache.usableModes({ ...address, model: 'n' }, modes), modes);
  assert.deepEqual(cache.usableModes({ ...address, baseUrl: 'http://127.0.0.1:8081' }, modes), modes);
  atMs += day - 1;
  assert.deepEqual(cache.usableModes(address, modes), ['template', 'chat']);
  atMs += 1;
  assert.deepEqual(cache.usableModes(address, modes), modes);
});

test('a working mode is skipped after the second uncertain rejection, or after the first certain one', () => {
  const cache = modeCache();
  cache.recordSuccess(address, 'fill');
  cache.recordRejection(address, 'fill', false);
  assert.deepEqual(cache.usableModes(address, modes), modes);
  cache.recordRejection(address, 'fill', false);
  assert.deepEqual(cache.usableModes(address, modes), ['template', 'chat']);

  const other = { ...address, model: 'n' };
  cache.recordSuccess(other, 'fill');
  cache.recordRejection(other, 'fill', true);
  assert.deepEqual(cache.usableModes(other, modes), ['template', 'chat']);
  assert.equal(cache.workingMode(other), undefined);
});

test('another list of models makes every mode at its address usable again; the same list does not', () => {
  const cache = modeCache();
  cache.recordRejection(address, 'fill', true);
  cache.onModelsListed(address.baseUrl, ['m', 'n']);
  cache.onModelsListed(address.baseUrl, ['n', 'm']);
  assert.deepEqual(cache.usableModes(address, modes), ['template', 'chat']);
  cache.onModelsListed(address.baseUrl, ['m', 'n', 'o']);
  assert.deepEqual(cache.usableModes(address, modes), modes);
});

test('modes and the model list outlast a restart, without a password on disk', (t) => {
  const folder = storage(t);
  const secret = { ...address, baseUrl: 'http://user:geheim@127.0.0.1:8080/' };
  const before = modeCache({ folder });
  before.onModelsListed(secret.baseUrl, ['m']);
  before.recordRejection(secret, 'fill', true);
  before.recordSuccess(secret, 'template');
  assert.doesNotMatch(readFileSync(join(folder, 'ways.json'), 'utf8'), /geheim/);
  const after = modeCache({ folder });
  assert.deepEqual(after.usableModes(address, modes), ['template', 'chat']);
  assert.equal(after.workingMode(address), 'template');
  after.onModelsListed(address.baseUrl, ['m']);
  assert.deepEqual(after.usableModes(address, modes), ['template', 'chat']);
});

test('an unreadable file or a read-only folder loses only the remembered modes', (t) => {
  const folder = storage(t);
  writeFileSync(join(folder, 'ways.json'), '{"version": 1, "addresses": {"a": 1}}');
  const cache = modeCache({ folder });
  cache.recordSuccess(address, 'chat');
  assert.equal(cache.workingMode(address), 'chat');
  const nowhere = modeCache({ folder: join(folder, 'ways.json') });
  nowhere.recordSuccess(address, 'chat');
  assert.equal(nowhere.workingMode(address), 'chat');
});

test('another success in the same mode writes nothing to disk', (t) => {
  const folder = storage(t);
  const cache = modeCache({ folder });
  cache.recordSuccess(address, 'fill');
  rmSync(join(folder, 'ways.json'));
  cache.recordSuccess(address, 'fill');
  assert.throws(() => readFileSync(join(folder, 'ways.json')));
});

test('the least recently used models are evicted', () => {
  const cache = modeCache();
  cache.recordSuccess(address, 'fill');
  cache.recordSuccess({ ...address, model: 'old' }, 'fill');
  for (let count = 0; count < 199; count += 1) {
    cache.workingMode(address);
    cache.recordSuccess({ ...address, model: `m${count}` }, 'chat');
  }
  assert.equal(cache.workingMode(address), 'fill');
  assert.equal(cache.workingMode({ ...address, model: 'old' }), undefined);
});

test('reading more models than fit evicts none that were used', () => {
  const cache = modeCache();
  cache.recordSuccess(address, 'chat');
  cache.recordRejection(address, 'fill', true);
  for (let count = 0; count < 500; count += 1) {
    assert.equal(cache.workingMode({ ...address, model: `other-${count}` }), undefined);
    assert.deepEqual(
      cache.usableModes({ baseUrl: `http://127.0.0.1:${count + 1}`, model: 'm' }, modes),
      modes,
    );
  }
  assert.equal(cache.workingMode(address), 'chat');
  assert.deepEqual(cache.usableModes(address, modes), ['template', 'chat']);
});
