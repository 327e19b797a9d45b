/** Answers to a prompt of which the engine has read a part only. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CutPromptFacts, isPromptCut } from '../../../server/orchestration/cut-prompt.ts';
import { recordAnswer } from '../../../server/orchestration/record-attempt.ts';
import { noUsage } from '../../../shared/chat.ts';
import { answerBy, chosenOf, modelNamed } from './progress.ts';

const facts: CutPromptFacts = {
  model: { source: 'local' },
  measured: { usage: { ...noUsage, input: 4_096, output: 9 }, usageEstimated: false },
  predictedTokens: 12_000,
  hasImages: false,
};

test('a prompt is cut when a local engine reads less than three fifths of what was predicted', () => {
  assert.equal(isPromptCut(facts), true);
  assert.equal(isPromptCut({ ...facts, predictedTokens: 6_800 }), false);
  assert.equal(isPromptCut({ ...facts, predictedTokens: 6_900 }), true);
});

test('a service in the cloud, an estimate, pictures and a short prompt tell nothing', () => {
  assert.equal(isPromptCut({ ...facts, model: { source: 'api' } }), false);
  assert.equal(isPromptCut({ ...facts, measured: { ...facts.measured, usageEstimated: true } }), false);
  assert.equal(isPromptCut({ ...facts, hasImages: true }), false);
  const short = { ...facts.measured, usage: { ...noUsage, input: 20 } };
  assert.equal(isPromptCut({ ...facts, measured: short, predictedTokens: 300 }), false);
});

test('the receipt tells that the prompt was cut, and the record too', () => {
  const prompt = 'Which of these lines is odd?\n'.repeat(1_000);
  const { deps, records, start } = answerBy([modelNamed('home/one', { source: 'local' })], { prompt });
  const progress = start();
  const answer = (input: number) =>
    recordAnswer(deps, progress, chosenOf(start()), {
      measured: {
        text: 'one',
        firstTokenAt: 5,
        usage: { ...noUsage, input, output: 3 },
        usageEstimated: false,
        reason: 'stop',
      },
      ms: 20,
      firstTextMs: 5,
      firstPartMs: 5,
      billed: true,
    });
  const cut = answer(2_048);
  assert.equal(cut.promptCut, true);
  assert.match(cut.reasons.at(-1) ?? '', /^home\/one read only 2048 of about 8\d\d\d tokens of the prompt/);
  const whole = answer(7_900);
  assert.equal('promptCut' in whole, false);
  assert.ok(!whole.reasons.some((reason) => reason.includes('read only')));
  assert.deepEqual(
    records.map(({ promptCut }) => promptCut),
    [true, false],
  );
});
