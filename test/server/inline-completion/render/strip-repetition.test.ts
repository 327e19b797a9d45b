/** How endless repetition is cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repetitionStripper } from '../../../../server/inline-completion/render/strip-repetition.ts';
import { passLines } from './pass-lines.ts';

test('ends output that repeats itself', () => {
  const loop = Array(6).fill('repeatTheSame();');
  assert.deepEqual(passLines(repetitionStripper(), loop), { lines: ['repeatTheSame();'], isLast: true });
  const round = ['firstLine();', 'secondLine();'];
  assert.deepEqual(passLines(repetitionStripper(), [...round, ...round, ...round]), {
    lines: round,
    isLast: true,
  });
});

test('passes a line that occurs twice with other text after it', () => {
  const lines = ['repeatTheSame();', 'repeatTheSame();', 'another();'];
  assert.deepEqual(passLines(repetitionStripper(), lines), { lines, isLast: false });
});
