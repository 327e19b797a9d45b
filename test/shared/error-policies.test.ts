import assert from 'node:assert/strict';
import { test } from 'node:test';
import { circuitWeights, errorPolicies, isErrorKind } from '../../shared/error-policies.ts';

test('a timeout counts against the provider as far as no response had begun', () => {
  assert.deepEqual(circuitWeights({ kind: 'timeout', status: 200 }), { provider: 0, model: 3 });
  assert.deepEqual(circuitWeights({ kind: 'timeout' }), { provider: 3, model: 3 });
  assert.deepEqual(circuitWeights({ kind: 'overloaded', behindGateway: true }), { provider: 0, model: 1 });
  assert.deepEqual(circuitWeights({ kind: 'timeout', unconnected: true }), { provider: 3, model: 0 });
  assert.deepEqual(
    circuitWeights({ kind: 'unreachable', status: 1 }),
    circuitWeights({ kind: 'unreachable' }),
  );
});

test('a failure cools a key down exactly when another key may succeed', () => {
  for (const [kind, { keyFailover, keyCooldown }] of Object.entries(errorPolicies))
    assert.equal(keyCooldown !== null, keyFailover, kind);
});

test('what is repeated on the same model may also go to another one', () => {
  for (const [kind, { retry, fallback }] of Object.entries(errorPolicies))
    assert.ok(retry === 'never' || fallback, kind);
});

test('only the names of the table are kinds of failures', () => {
  assert.ok(isErrorKind('tls'));
  for (const value of ['toString', 'ok', '', undefined, 3]) assert.equal(isErrorKind(value), false);
});
