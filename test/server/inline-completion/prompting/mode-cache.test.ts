/** What is remembered of ways to ask, and for how long. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { modeCache } from '../../../../server/inline-completion/prompting/mode-cache.ts';

const place = { baseUrl: 'http://127.0.0.1:8080', model: 'm' };
const ways = ['fill', 'template', 'chat'] as const;
const day = 24 * 3_600_000;

function storage(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a refused way is passed over for a day, for this model at this address', () => {
  let atMs = 1_000;
  const memory = modeCache({ now: () => atMs });
  memory.refused(place, 'fill', true);
  assert.deepEqual(memory.open(place, ways), ['template', 'chat']);
  assert.deepEqual(memory.open({ ...place, model: 'n' }, ways), ways);
  assert.deepEqual(memory.open({ ...place, baseUrl: 'http://127.0.0.1:8081' }, ways), ways);
  atMs += day - 1;
  assert.deepEqual(memory.open(place, ways), ['template', 'chat']);
  atMs += 1;
  assert.deepEqual(memory.open(place, ways), ways);
});

test('a way that has worked is given up at the second doubtful refusal, or at the first certain one', () => {
  const memory = modeCache();
  memory.worked(place, 'fill');
  memory.refused(place, 'fill', false);
  assert.deepEqual(memory.open(place, ways), ways);
  memory.refused(place, 'fill', false);
  assert.deepEqual(memory.open(place, ways), ['template', 'chat']);

  const other = { ...place, model: 'n' };
  memory.worked(other, 'fill');
  memory.refused(other, 'fill', true);
  assert.deepEqual(memory.open(other, ways), ['template', 'chat']);
  assert.equal(memory.known(other), undefined);
});

test('another list of models makes every way of its address worth a try again; the same list does not', () => {
  const memory = modeCache();
  memory.refused(place, 'fill', true);
  memory.listed(place.baseUrl, ['m', 'n']);
  memory.listed(place.baseUrl, ['n', 'm']);
  assert.deepEqual(memory.open(place, ways), ['template', 'chat']);
  memory.listed(place.baseUrl, ['m', 'n', 'o']);
  assert.deepEqual(memory.open(place, ways), ways);
});

test('what was learnt is there after the next start, the list too, and no password', (t) => {
  const folder = storage(t);
  const secret = { ...place, baseUrl: 'http://user:geheim@127.0.0.1:8080/' };
  const before = modeCache({ folder });
  before.listed(secret.baseUrl, ['m']);
  before.refused(secret, 'fill', true);
  before.worked(secret, 'template');
  assert.doesNotMatch(readFileSync(join(folder, 'ways.json'), 'utf8'), /geheim/);
  const after = modeCache({ folder });
  assert.deepEqual(after.open(place, ways), ['template', 'chat']);
  assert.equal(after.known(place), 'template');
  after.listed(place.baseUrl, ['m']);
  assert.deepEqual(after.open(place, ways), ['template', 'chat']);
});

test('a file that cannot be read, or a folder that cannot be written, costs nothing but what was learnt', (t) => {
  const folder = storage(t);
  writeFileSync(join(folder, 'ways.json'), '{"version": 1, "addresses": {"a": 1}}');
  const memory = modeCache({ folder });
  memory.worked(place, 'chat');
  assert.equal(memory.known(place), 'chat');
  const nowhere = modeCache({ folder: join(folder, 'ways.json') });
  nowhere.worked(place, 'chat');
  assert.equal(nowhere.known(place), 'chat');
});

test('an answer like the last one writes nothing', (t) => {
  const folder = storage(t);
  const memory = modeCache({ folder });
  memory.worked(place, 'fill');
  rmSync(join(folder, 'ways.json'));
  memory.worked(place, 'fill');
  assert.throws(() => readFileSync(join(folder, 'ways.json')));
});

test('of too many models those asked least lately are forgotten', () => {
  const memory = modeCache();
  memory.worked(place, 'fill');
  memory.worked({ ...place, model: 'old' }, 'fill');
  for (let count = 0; count < 199; count += 1) {
    memory.known(place);
    memory.worked({ ...place, model: `m${count}` }, 'chat');
  }
  assert.equal(memory.known(place), 'fill');
  assert.equal(memory.known({ ...place, model: 'old' }), undefined);
});

test('looking at more models than are remembered forgets nothing of those that were asked', () => {
  const memory = modeCache();
  memory.worked(place, 'chat');
  memory.refused(place, 'fill', true);
  for (let count = 0; count < 500; count += 1) {
    assert.equal(memory.known({ ...place, model: `other-${count}` }), undefined);
    assert.deepEqual(memory.open({ baseUrl: `http://127.0.0.1:${count + 1}`, model: 'm' }, ways), ways);
  }
  assert.equal(memory.known(place), 'chat');
  assert.deepEqual(memory.open(place, ways), ['template', 'chat']);
});
