import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsupportedFieldDropper } from '../../../server/engines/drop-unsupported-fields.ts';
import type { ErrorResponse, WireFormat, WireRequest } from '../../../server/wire/wire-format.ts';

const refusal = (field: string): ErrorResponse => ({ status: 400, headers: {}, body: field });
/** Leaves out the field that the refusal's body names; `a` is called `b` elsewhere, and the other way round. */
const dropUnsupportedField: NonNullable<WireFormat['dropUnsupportedField']> = (
  { path, body },
  { body: field },
) => {
  const { [field]: value, ...rest } = body as Record<string, unknown>;
  if (value === undefined) return;
  const otherwise = { a: 'b', b: 'a' }[field];
  return { path, body: otherwise ? { ...rest, [otherwise]: value } : rest };
};
const whole: WireRequest = { path: '/chat', body: { model: 'm', a: 1, x: 2, y: 3, z: 4 } };

test('what was refused is left out, and from then on from the start', () => {
  const requests = unsupportedFieldDropper({ dropUnsupportedField });
  const first = requests('m', whole);
  assert.equal(first.request, whole);
  assert.ok(first.dropNamedBy(refusal('x')));
  assert.deepEqual(first.request.body, { model: 'm', a: 1, y: 3, z: 4 });
  assert.deepEqual(requests('m', whole).request.body, { model: 'm', a: 1, y: 3, z: 4 });
});

test('other models and other places are asked in full', () => {
  const requests = unsupportedFieldDropper({ dropUnsupportedField });
  requests('m', whole).dropNamedBy(refusal('x'));
  assert.equal(requests('other', whole).request, whole);
  const fill = { ...whole, path: '/fill' };
  assert.equal(requests('m', fill).request, fill);
});

test('a refusal that names nothing of ours is final, and so is the fourth', () => {
  const requests = unsupportedFieldDropper({ dropUnsupportedField });
  const one = requests('m', whole);
  assert.ok(!one.dropNamedBy(refusal('messages')));
  for (const field of ['x', 'y', 'z']) assert.ok(one.dropNamedBy(refusal(field)));
  assert.ok(!one.dropNamedBy(refusal('a')));
  assert.ok(!unsupportedFieldDropper({})('m', whole).dropNamedBy(refusal('x')));
});

test('a field that goes by another name is renamed once, not to and fro', () => {
  const requests = unsupportedFieldDropper({ dropUnsupportedField });
  const one = requests('m', whole);
  let tries = 0;
  while (one.dropNamedBy(refusal('a' in (one.request.body as object) ? 'a' : 'b'))) tries += 1;
  assert.equal(tries, 3);
});

test('several requests that find out together remember it once', () => {
  const requests = unsupportedFieldDropper({ dropUnsupportedField });
  const crowd = Array.from({ length: 8 }, () => requests('m', whole));
  for (const each of crowd) assert.ok(each.dropNamedBy(refusal('x')));
  for (const field of ['y', 'z']) assert.ok(requests('m', whole).dropNamedBy(refusal(field)));
  assert.deepEqual(requests('m', whole).request.body, { model: 'm', a: 1 });
});
