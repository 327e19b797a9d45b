import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify } from '../../../server/routing/classifier/classify.ts';
import {
  type CorrectionStorage,
  userCorrections,
} from '../../../server/routing/classifier/user-corrections.ts';
import type { TaskType } from '../../../shared/tasks.ts';
import { prompts } from '../../support/prompts.ts';

/** A file in memory. */
function storageOf(text?: string): CorrectionStorage & { text: string | undefined } {
  return {
    text,
    async read() {
      return this.text;
    },
    async write(next) {
      this.text = next;
    },
    remove() {
      this.text = undefined;
    },
  };
}
/** The corrections of a later run. */
async function reopen(storage: CorrectionStorage, problems: string[] = []) {
  const user = userCorrections(storage, (problem) => problems.push(problem));
  await user.ready();
  return user;
}
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
test('corrections survive a restart, without the words of the prompt', async () => {
  const storage = storageOf();
  const user = userCorrections(storage);
  user.add({ prompt: wish, task: 'planning' });
  await user.flush();
  assert.doesNotMatch(storage.text ?? '', /sanity|department|closing/);
  const again = await reopen(storage);
  assert.equal(again.size(), 1);
  assert.ok(classify(wish, undefined, again).probabilities.planning > classify(wish).probabilities.planning);
});
test('stored corrections classify like those in memory', async () => {
  const storage = storageOf();
  const writer = userCorrections(storage);
  for (const { text, label } of prompts('practice').slice(0, 20)) writer.add({ prompt: text, task: label });
  await writer.flush();
  const reader = await reopen(storage);
  for (const { text } of prompts('held-out').slice(0, 20))
    assert.deepEqual(classify(text, undefined, reader), classify(text, undefined, writer));
});
test('prompts similar to one whose model was too weak need a higher tier, after a restart too', async () => {
  const storage = storageOf();
  const user = userCorrections(storage);
  user.addTooWeak('write a function that parses ISO dates', 2);
  await user.flush();
  for (const taught of [user, await reopen(storage)]) {
    const wanted = (prompt: string) => classify(prompt, undefined, taught).minTier;
    assert.equal(wanted('Write a function that parses ISO dates in TypeScript'), 3);
    assert.equal(wanted('write a function that sorts an array'), undefined);
    assert.equal(wanted('¿Quién inventó el lenguaje Lisp?'), undefined);
    assert.equal(classify('write a function that parses ISO dates', 'planning', taught).minTier, 3);
  }
  assert.doesNotMatch(storage.text ?? '', /parses|dates/);
  user.addTooWeak('write a function that parses ISO dates', 4);
  assert.equal(classify('write a function that parses ISO dates', undefined, user).minTier, 5);
  assert.equal(user.size(), 1);
  user.clear();
  assert.equal(classify('write a function that parses ISO dates', undefined, user).minTier, undefined);
});
test('clearing restores the bundled model, in memory and in the file', async () => {
  const storage = storageOf();
  const user = userCorrections(storage);
  user.add({ prompt: wish, task: 'planning' });
  user.clear();
  await user.flush();
  assert.deepEqual(classify(wish, undefined, user), classify(wish));
  assert.equal(storage.text, undefined);
});
test('a broken file is reported, and corrections start empty', async () => {
  for (const text of [
    '{',
    '{"version":0,"corrections":[]}',
    '{"version":1,"corrections":[{"task":"dance"}]}',
  ]) {
    const storage = storageOf(text);
    const problems: string[] = [];
    const user = await reopen(storage, problems);
    assert.equal(problems.length, 1, text);
    user.add({ prompt: wish, task: 'planning' });
    await user.flush();
    assert.equal((await reopen(storage)).size(), 1);
  }
});
test('what cannot be stored applies until the end, and is reported once', async () => {
  const problems: string[] = [];
  const storage = { ...storageOf(), write: () => Promise.reject(new Error('The keychain is locked.')) };
  const user = await reopen(storage, problems);
  user.add({ prompt: wish, task: 'planning' });
  user.add({ prompt: `${wish}!`, task: 'verification' });
  await user.flush();
  assert.equal(classify(`${wish}!`, undefined, user).task, 'verification');
  assert.deepEqual(problems, [
    'Corrected task types are not stored (The keychain is locked); they apply until Rumbo stops.',
  ]);
});
test('what a locked keychain hid is not replaced by less', async () => {
  const storage = storageOf();
  const first = userCorrections(storage);
  first.add({ prompt: wish, task: 'planning' });
  await first.flush();
  let isLocked = true;
  const lockable: CorrectionStorage = {
    read: () => (isLocked ? Promise.reject(new Error('locked')) : storage.read()),
    write: (text) => storage.write(text),
    remove: () => storage.remove(),
  };
  const user = await reopen(lockable);
  isLocked = false;
  user.add({ prompt: 'count the crates on deck', task: 'general' });
  await user.flush();
  assert.equal((await reopen(storage)).size(), 2);
});
test('only the latest 400 corrections are kept', async () => {
  const storage = storageOf();
  const user = userCorrections(storage);
  for (let index = 0; index < 25; index++) user.add({ prompt: `${wish} ${index}`, task: 'planning' });
  await user.flush();
  const { version, corrections } = JSON.parse(storage.text ?? '');
  const many = Array.from({ length: 500 }, (_, index) => corrections[index % corrections.length]);
  storage.text = JSON.stringify({ version, corrections: many });
  assert.equal((await reopen(storage)).size(), 400);
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
