import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type ExclusionRule, exclusionRules } from '../../shared/exclusion-rules.ts';

const rules = Object.keys(exclusionRules) as ExclusionRule[];
const page = readFileSync(new URL('../../server/routing/load_balancer_rules.md', import.meta.url), 'utf8');

test('the rules page describes every rule of the filter', () => {
  const [table = ''] = /^\| rule \|[\s\S]*?(?=\n\n)/m.exec(page) ?? [];
  const described = [...table.matchAll(/^\| ((?:`[\w-]+`(?:, )?)+) \|/gm)].flatMap(([, names = '']) =>
    names.replaceAll('`', '').split(', '),
  );
  // `unknown` is for a pinned model that no provider lists: the filter never sees it.
  assert.deepEqual(described.toSorted(), rules.filter((rule) => rule !== 'unknown').toSorted());
});

test('a request waits only for a rule that says when it ends', () => {
  assert.deepEqual(
    rules.filter((rule) => exclusionRules[rule].endsAtKnownTime),
    ['rate-limit'],
  );
});

test('labels differ, so that a user can tell the rules apart', () => {
  const labels = rules.map((rule) => exclusionRules[rule].label);
  assert.equal(new Set(labels).size, labels.length);
});
