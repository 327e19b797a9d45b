/** How long what refusals stated holds, and what ends it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelRequestRules } from '../../../server/models/request-rules.ts';
import type { ModelInfo } from '../../../server/wire/wire-format.ts';
import type { Usage } from '../../../shared/chat.ts';
import { storeIn, temporaryFolder } from './stores.ts';

const day = 86_400_000;
const usage = (input: number, output: number): Usage => ({
  input,
  output,
  cachedRead: 0,
  cacheWrite: 0,
  reasoning: 0,
});

function rulesIn(folder?: string, source: 'api' | 'local' = 'api') {
  let now = 1_000 * day;
  let info: ModelInfo | undefined = { name: 'm', contextTokens: 8_192 };
  const changed: string[] = [];
  const all = modelRequestRules({
    store: storeIn(folder),
    now: () => now,
    onChanged: (id) => changed.push(id),
  });
  return {
    all,
    changed,
    rules: all.ofProvider({ name: 'lab', source }, () => info),
    wait: (ms: number) => {
      now += ms;
    },
    list: (next: ModelInfo | undefined) => {
      info = next;
    },
  };
}

test('rules outlive the server, for a week', () => {
  const folder = temporaryFolder();
  const first = rulesIn(folder);
  first.rules.add('m', { maxOutputTokens: 4_096 });
  first.rules.add('m', { systemRole: 'none', rejectedFields: { temperature: null } });
  first.rules.add('m', { rejectedFields: { max_tokens: 'max_completion_tokens' } });
  assert.deepEqual(first.changed, ['lab/m', 'lab/m', 'lab/m']);
  const second = rulesIn(folder);
  const expected = {
    maxOutputTokens: 4_096,
    systemRole: 'none',
    rejectedFields: { temperature: null, max_tokens: 'max_completion_tokens' },
  };
  assert.deepEqual(second.rules.of('m'), expected);
  assert.deepEqual(second.rules.of('other'), {});
  second.wait(6 * day);
  assert.deepEqual(second.rules.of('m'), expected);
  second.wait(2 * day);
  assert.deepEqual(second.rules.of('m'), {});
  assert.equal(second.all.statedAt('lab/m'), undefined);
});

test('limits end when the list states others; what a template lacks stays', () => {
  const { rules, list } = rulesIn();
  rules.add('m', { maxOutputTokens: 4_096, contextTokens: 4_096, systemRole: 'none' });
  list({ name: 'm', contextTokens: 8_192, tools: true });
  assert.equal(rules.of('m').maxOutputTokens, 4_096);
  list(undefined);
  assert.equal(rules.of('m').maxOutputTokens, 4_096, 'a list that does not come states nothing');
  list({ name: 'm', contextTokens: 32_768 });
  assert.deepEqual(rules.of('m'), { systemRole: 'none' });
});

test('an answer that exceeds a limit ends it', () => {
  const { rules, changed } = rulesIn();
  rules.add('m', { maxOutputTokens: 4_096, contextTokens: 8_192 });
  rules.onAnswered('m', usage(4_000, 4_000));
  assert.deepEqual(rules.of('m'), { maxOutputTokens: 4_096, contextTokens: 8_192 });
  rules.onAnswered('m', usage(10, 5_000));
  assert.deepEqual(rules.of('m'), { contextTokens: 8_192 });
  rules.onAnswered('m', usage(9_000, 10));
  assert.deepEqual(rules.of('m'), {});
  assert.equal(changed.length, 3);
  rules.onAnswered('other', usage(1, 1));
});

test('a model that left its list is forgotten, also on disk', () => {
  const folder = temporaryFolder();
  const { rules, all } = rulesIn(folder);
  rules.add('m', { noPrefill: true });
  all.remove(['lab/m']);
  assert.deepEqual(rules.of('m'), {});
  assert.deepEqual(rulesIn(folder).rules.of('m'), {});
});

test('the limits of a local engine, which may start anew, hold for minutes', () => {
  const { rules, wait } = rulesIn(undefined, 'local');
  rules.add('m', { contextTokens: 4_096, systemRole: 'none' });
  wait(5 * 60_000);
  assert.equal(rules.of('m').contextTokens, 4_096);
  wait(6 * 60_000);
  assert.deepEqual(rules.of('m'), { systemRole: 'none' });
});
