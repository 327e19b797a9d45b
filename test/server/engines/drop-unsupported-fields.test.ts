import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lighterRequests } from '../../../server/engines/drop-unsupported-fields.ts';
import type { ErrorResponse, WireFormat, WireRequest } from '../../../server/wire/wire-format.ts';

const refusal = (field: string): ErrorResponse => ({ status: 400, headers: {}, body: field });
/** Leaves out the field that the refusal's body names; `a` is called `b` elsewhere, and the other way round. */
const lighter: NonNullable<WireFormat['lighter']> = ({ path, body }, { body: field }) => {
  const { [field]: value, ...rest } = body as Record<string, unknown>;
  if (value === undefined) return;
  const otherwise = { a: 'b', b: 'a' }[field];
  return { path, body: otherwise ? { ...rest, [otherwise]: value } : rest };
};
const whole: WireRequest = { path: '/chat', body: { model: 'm', a: 1, x: 2, y: 3, z: 4 } };

test('what was refused is left out, and from then on from the start', () => {
  const requests = lighterRequests({ lighter });
  const first = requests('m', whole);
  assert.equal(first.request, whole);
  assert.ok(first.canDoWithout(refusal('x')));
  assert.deepEqual(first.request.body, { model: 'm', a: 1, y: 3, z: 4 });
  assert.deepEqual(requests('m', whole).request.body, { model: 'm', a: 1, y: 3, z: 4 });
});

test('other models and other places are asked in full', () => {
  const requests = lighterRequests({ lighter });
  requests('m', whole).canDoWithout(refusal('x'));
  assert.equal(requests('other', whole).request, whole);
  const fill = { ...whole, path: '/fill' };
  assert.equal(requests('m', fill).request, fill);
});

test('a refusal that names nothing of ours is final, and so is the fourth', () => {
  const requests = lighterRequests({ lighter });
  const one = requests('m', whole);
  assert.ok(!one.canDoWithout(refusal('messages')));
  for (const field of ['x', 'y', 'z']) assert.ok(one.canDoWithout(refusal(field)));
  assert.ok(!one.canDoWithout(refusal('a')));
  assert.ok(!lighterRequests({})('m', whole).canDoWithout(refusal('x')));
});

test('a field that goes by another name is renamed once, not to and fro', () => {
  const requests = lighterRequests({ lighter });
  const one = requests('m', whole);
  let tries = 0;
  while (one.canDoWithout(refusal('a' in (one.request.body as object) ? 'a' : 'b'))) tries += 1;
  assert.equal(tries, 3);
});

test('several requests that find out together remember it once', () => {
  const requests = lighterRequests({ lighter });
  const crowd = Array.from({ length: 8 }, () => requests('m', whole));
  for (const each of crowd) assert.ok(each.canDoWithout(refusal('x')));
  for (const field of ['y', 'z']) assert.ok(requests('m', whole).canDoWithout(refusal(field)));
  assert.deepEqual(requests('m', whole).request.body, { model: 'm', a: 1 });
});
