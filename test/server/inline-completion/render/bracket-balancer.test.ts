/** Which closers of a suggestion are needed. `▮` is the cursor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bracketBalancer } from '../../../../server/inline-completion/render/bracket-balancer.ts';
import { cursorContextOf } from '../../../../server/inline-completion/render/cursor-context.ts';
import { contextAt } from './contexts.ts';

const balancerAt = (document: string) => bracketBalancer(cursorContextOf(contextAt('typescript', document)));

test('replaces the closers after the cursor that the suggestion contains', () => {
  const balancer = balancerAt('foo(▮);');
  assert.deepEqual(balancer.balance('a, b);', 'foo('), { text: 'a, b);', isCut: false });
  assert.equal(balancer.consumedUnits, 2);
});

test('replaces no closer that is only in the part cut off', () => {
  const balancer = balancerAt('if (a) {▮]}');
  assert.deepEqual(balancer.balance('#}]', 'if (a) {'), { text: '#', isCut: true });
  assert.equal(balancer.consumedUnits, 0);
});

test('cuts a line before a closer without an opener', () => {
  const balancer = balancerAt('const a = ▮');
  assert.deepEqual(balancer.balance('1);', 'const a = '), { text: '1;', isCut: true });
});

test('lists the openings that stay open, the innermost first', () => {
  const balancer = balancerAt('▮');
  balancer.balance('f({ a: [1', '');
  assert.equal(balancer.depth, 3);
  assert.deepEqual(
    balancer.unclosedOpenings().map(({ close }) => close),
    [']', '}', ')'],
  );
});

test('knows whether the document still needs a closer', () => {
  assert.equal(balancerAt('function f() {\n  ▮').hasMissingCloser, true);
  assert.equal(balancerAt('function f() {\n  ▮\n}').hasMissingCloser, false);
});
