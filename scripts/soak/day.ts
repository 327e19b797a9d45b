/** A day at work, as far as it repeats itself: checks run again after each save, and small things asked over and over. */
import type { AskParams } from '../../shared/ask.ts';

const files = ['cart', 'price', 'orders', 'login', 'search', 'report', 'invoice', 'queue'];
const checks = [
  'Check this change for mistakes',
  'Verify that every test of this module still says what it should',
];
const wishes = [
  'Write a getter for',
  'Write a one-line comment for',
  'Write a regular expression that finds',
];

/** Numbers that look random and are the same every day. */
let state = 7;
function below(limit: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

/** The first of a list is taken most often: nobody works on everything at once. */
const mostly = <T>(list: readonly T[]): T => list[Math.min(below(list.length), below(list.length))] as T;

/** One question in three is about something that was never there before. */
const question = (index: number): AskParams => {
  const isNew = below(3) === 0;
  const about = isNew ? `module ${index}` : `${mostly(files)}.ts`;
  return below(2) === 0
    ? { prompt: `${mostly(checks)}: ${about}`, task: 'verification' }
    : { prompt: `${mostly(wishes)} ${about}`, task: 'simple_generation' };
};

export const repetitiveDay: readonly AskParams[] = Array.from({ length: 240 }, (_, index) => question(index));
