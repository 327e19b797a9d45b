import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { classify } from '../../../server/routing/classifier/classify.ts';
import { userCorrections } from '../../../server/routing/classifier/user-corrections.ts';
import type { TaskType } from '../../../shared/tasks.ts';
import { prompts } from '../../support/prompts.ts';

const file = () => join(mkdtempSync(join(tmpdir(), 'rumbo-learned-')), 'corrections.json');
const wish = 'sanity pass on the yearly closing sheet of department 7';

test('a correction applies to the same prompt and to similar ones', () => {
  const user = userCorrections();
  for (const task of ['planning', 'verification'] as const) {
    user.add({ prompt: wish, task });
    user.add({ prompt: wish, task });
    assert.equal(classify(wish, undefined, user).task, task);
  }
  assert.equal(
    classify('sanity pass on the closing sheet of department 9', undefined, user).task,
    'verification',
  );
});
test('a named task overrides corrections', () => {
  const user = userCorrections();
  user.add({ prompt: wish, task: 'planning' });
  assert.equal(classify(wish, 'general', user).task, 'general');
});
test('corrections survive a restart, without the words of the prompt', () => {
  const correctionsFile = file();
  userCorrections(correctionsFile).add({ prompt: wish, task: 'planning' });
  assert.doesNotMatch(readFileSync(correctionsFile, 'utf8'), /sanity|department|closing/);
  const again = userCorrections(correctionsFile);
  assert.equal(again.size(), 1);
  assert.ok(classify(wish, undefined, again).probabilities.planning > classify(wish).probabilities.planning);
});
test('corrections from the file classify like those in memory', () => {
  const correctionsFile = file();
  const writer = userCorrections(correctionsFile);
  for (const { text, label } of prompts('practice').slice(0, 20)) writer.add({ prompt: text, task: label });
  const reader = userCorrections(correctionsFile);
  for (const { text } of prompts('held-out').slice(0, 20))
    assert.deepEqual(classify(text, undefined, reader), classify(text, undefined, writer));
});
test('prompts similar to one whose model was too weak need a higher tier, after a restart too', () => {
  const correctionsFile = file();
  const user = userCorrections(correctionsFile);
  user.addTooWeak('write a function that parses ISO dates', 2);
  for (const taught of [user, userCorrections(correctionsFile)]) {
    const wanted = (prompt: string) => classify(prompt, undefined, taught).minTier;
    assert.equal(wanted('Write a function that parses ISO dates in TypeScript'), 3);
    assert.equal(wanted('write a function that sorts an array'), undefined);
    assert.equal(wanted('¿Quién inventó el lenguaje Lisp?'), undefined);
    assert.equal(classify('write a function that parses ISO dates', 'planning', taught).minTier, 3);
  }
  assert.doesNotMatch(readFileSync(correctionsFile, 'utf8'), /parses|dates/);
  user.addTooWeak('write a function that parses ISO dates', 4);
  assert.equal(classify('write a function that parses ISO dates', undefined, user).minTier, 5);
  assert.equal(user.size(), 1);
  user.clear();
  assert.equal(classify('write a function that parses ISO dates', undefined, user).minTier, undefined);
});
test('clearing restores the bundled model, in memory and in the file', () => {
  const correctionsFile = file();
  const user = userCorrections(correctionsFile);
  user.add({ prompt: wish, task: 'planning' });
  user.clear();
  assert.deepEqual(classify(wish, undefined, user), classify(wish));
  assert.equal(userCorrections(correctionsFile).size(), 0);
});
test('a broken file is reported, and corrections start empty', () => {
  for (const text of [
    '{',
    '{"version":0,"corrections":[]}',
    '{"version":1,"corrections":[{"task":"dance"}]}',
  ]) {
    const correctionsFile = file();
    writeFileSync(correctionsFile, text);
    const problems: string[] = [];
    const user = userCorrections(correctionsFile, (problem) => problems.push(problem));
    assert.equal(problems.length, 1, text);
    user.add({ prompt: wish, task: 'planning' });
    assert.equal(userCorrections(correctionsFile).size(), 1);
  }
});
test('only the latest 400 corrections are kept', () => {
  const correctionsFile = file();
  const user = userCorrections(correctionsFile);
  for (let index = 0; index < 25; index++) user.add({ prompt: `${wish} ${index}`, task: 'planning' });
  const { version, corrections } = JSON.parse(readFileSync(correctionsFile, 'utf8'));
  const many = Array.from({ length: 500 }, (_, index) => corrections[index % corrections.length]);
  writeFileSync(correctionsFile, JSON.stringify({ version, corrections: many }));
  assert.equal(userCorrections(correctionsFile).size(), 400);
});

test('a hundred corrections improve one user’s prompts and do not harm others', () => {
  // A user for whom snippets and how-tos are general questions.
  const relabel = (label: TaskType): TaskType => (label === 'simple_generation' ? 'general' : label);
  const theirs = prompts('practice')
    .filter((_, index) => index % 3 === 0)
    .map((row) => ({ ...row, label: relabel(row.label) }));
  const user = userCorrections();
  for (const { text, label } of theirs.slice(0, 100)) user.add({ prompt: text, task: label });
  const share = (rows: typeof theirs, corrections?: typeof user) =>
    rows.filter(({ text, label }) => classify(text, undefined, corrections).task === label).length /
    rows.length;

  const next = prompts('held-out').map((row) => ({ ...row, label: relabel(row.label) }));
  const gain = share(next, user) - share(next);
  assert.ok(gain >= 0.08, `${(100 * gain).toFixed(1)} points`);
  const untouched = prompts('held-out').filter(({ label }) => label !== 'simple_generation');
  const loss = share(untouched) - share(untouched, user);
  assert.ok(loss <= 0.05, `${(100 * loss).toFixed(1)} points lost`);
});
