/** The repetitive part of a working day: checks that run again after each save, and small requests that return. */
import type { AskParams } from '../../shared/ask.ts';

const files = ['cart', 'price', 'orders', 'login', 'search', 'report', 'invoice', 'queue'];
const checks = [
  'Check this change for mistakes',
  'Verify that every test of this module still tests what it should',
];
const tasks = ['Write a getter for', 'Write a one-line comment for', 'Write a regular expression that finds'];

/** Numbers that look random and are the same every day. */
let state = 7;
function below(limit: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

/** Picks the first items most often: users work on a few things at a time. */
const pick = <T>(list: readonly T[]): T => list[Math.min(below(list.length), below(list.length))] as T;

/** One request in three is about something new. */
const requestOf = (index: number): AskParams => {
  const isNew = below(3) === 0;
  const about = isNew ? `module ${index}` : `${pick(files)}.ts`;
  return below(2) === 0
    ? { prompt: `${pick(checks)}: ${about}`, task: 'verification' }
    : { prompt: `${pick(tasks)} ${about}`, task: 'simple_generation' };
};

export const repetitiveDay: readonly AskParams[] = Array.from({ length: 240 }, (_, index) =>
  requestOf(index),
);
