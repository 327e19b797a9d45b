import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsupportedFieldDropper } from '../../../server/engines/drop-unsupported-fields.ts';
import type { ErrorResponse, WireFormat, WireRequest } from '../../../server/wire/wire-format.ts';

const rejection = (field: string): ErrorResponse => ({ status: 400, headers: {}, body: field });
/** Drops the field that is the response's body; `a` is called `b` elsewhere, and the other way round. */
const dropUnsupportedField: NonNullable<WireFormat['dropUnsupportedField']> = (
  { path, body },
  { body: field },
) => {
  const { [field]: value, ...rest } = body as Record<string, unknown>;
  if (value === undefined) return;
  const alternateName = { a: 'b', b: 'a' }[field];
  return { path, body: alternateName ? { ...rest, [alternateName]: value } : rest };
};
const whole: WireRequest = { path: '/chat', body: { model: 'm', a: 1, u: 2, v: 3, w: 4, x: 5, y: 6, z: 7 } };

test('a rejected field is dropped, and later requests are sent without it', () => {
  const requests = unsupportedFieldDropper({ dropUnsupportedField });
  const first = requests('m', whole);
  assert.equal(first.request, whole);
  assert.ok(first.dropNamedBy(rejection('x')));
  const { x: _, ...rest } = whole.body as Record<string, unknown>;
  assert.deepEqual(first.request.body, rest);
  assert.deepEqual(requests('m', whole).request.body, rest);
});

test('other models and other paths are sent every field', () => {
  const requests = unsupportedFieldDropper({ dropUnsupportedField });
  requests('m', whole).dropNamedBy(rejection('x'));
  assert.equal(requests('other', whole).request, whole);
  const fill = { ...whole, path: '/fill' };
  assert.equal(requests('m', fill).request, fill);
});

test('an error that names no optional field is final, and so is the seventh', () => {
  const requests = unsupportedFieldDropper({ dropUnsupportedField });
  const one = requests('m', whole);
  assert.ok(!one.dropNamedBy(rejection('messages')));
  for (const field of ['u', 'v', 'w', 'x', 'y', 'z']) assert.ok(one.dropNamedBy(rejection(field)));
  assert.ok(!one.dropNamedBy(rejection('a')));
  assert.ok(!unsupportedFieldDropper({})('m', whole).dropNamedBy(rejection('x')));
});

test('a field that is rejected under both its names does not loop forever', () => {
  const requests = unsupportedFieldDropper({ dropUnsupportedField });
  const one = requests('m', whole);
  let tries = 0;
  while (one.dropNamedBy(rejection('a' in (one.request.body as object) ? 'a' : 'b'))) tries += 1;
  assert.equal(tries, 6);
});

test('concurrent requests with the same rejection count it once', () => {
  const requests = unsupportedFieldDropper({ dropUnsupportedField });
  const concurrent = Array.from({ length: 8 }, () => requests('m', whole));
  for (const each of concurrent) assert.ok(each.dropNamedBy(rejection('x')));
  for (const field of ['u', 'v', 'w', 'y', 'z'])
    assert.ok(requests('m', whole).dropNamedBy(rejection(field)));
  assert.deepEqual(requests('m', whole).request.body, { model: 'm', a: 1 });
});
