import assert from 'node:assert/strict';
import { test } from 'node:test';
import { variations } from '../../scripts/train-classifier/augment.ts';
import { costQuality, learnDifficulty, measured } from '../../scripts/train-classifier/difficulty.ts';
import { examplesOf } from '../../scripts/train-classifier/examples.ts';
import { quality } from '../../scripts/train-classifier/measure.ts';
import { atTemperature, bestTemperature, modelFileOf } from '../../scripts/train-classifier/model-file.ts';
import { random } from '../../scripts/train-classifier/random.ts';
import { learn, probabilities } from '../../scripts/train-classifier/regression.ts';
import { heldOutRows, practiceRows, type Row, shippable } from '../../scripts/train-classifier/rows.ts';
import { featuresOf } from '../../server/routing/classifier/features.ts';
import { loadModel } from '../../server/routing/classifier/model.ts';
import { taskTypes } from '../../shared/tasks.ts';

const rows = practiceRows().filter((_, index) => index % 4 === 0);
const brief = {
  epochs: 3,
  rate: 0.15,
  meaningPull: 1e-2,
  wordPull: 5e-3,
  wordDropout: 0.5,
  meaningDropout: 0.3,
};
const train = (learnedFrom: readonly Row[]) => learn(examplesOf(learnedFrom, 1), random(1), brief);

test('the same rows give the same model, to the byte', () => {
  const difficulty = { weights: Array.from({ length: 17 }, () => 0), bias: 0 };
  const [one, other] = [train(rows), train(rows)].map((weights) => modelFileOf(weights, 1, difficulty));
  assert.deepEqual(one, other);
});
test('the quantized model classifies like the trained one', () => {
  const weights = train(rows);
  const model = loadModel(modelFileOf(weights, 1, { weights: Array.from({ length: 17 }, () => 0), bias: 0 }));
  const testRows = heldOutRows();
  const agreed = testRows.filter(({ text }) => {
    const features = featuresOf(text);
    const best = (shares: Float32Array) => shares.indexOf(Math.max(...shares));
    return best(model.scores(features)) === best(probabilities(weights, features.indices, features.values));
  });
  assert.ok(agreed.length >= testRows.length * 0.97, `${agreed.length} of ${testRows.length}`);
});
test('share-alike rows are not used for training', () => {
  const row = (licence: string): Row => ({
    id: licence,
    text: 'x',
    label: 'general',
    lang: 'es',
    source: 's',
    licence,
    weak_label: false,
    synthetic: false,
  });
  assert.deepEqual(
    shippable([row('CC BY-SA 4.0'), row('MIT')]).map(({ id }) => id),
    ['MIT'],
  );
});
test('variations keep the task and are the same in every run', () => {
  const text = 'Escribe una función que sume dos números';
  const made = variations(text, 'es', 20, random(3));
  assert.deepEqual(made, variations(text, 'es', 20, random(3)));
  assert.equal(made[0], text);
  assert.ok(new Set(made).size > 12);
});
test('quality counts hits, bins confidence and takes the surest four fifths', () => {
  const guess = (label: Row['label'], predicted: Row['label'], confidence: number) => ({
    row: { label, lang: 'en' as const, weak_label: false, synthetic: false },
    probabilities: taskTypes.map((task) => (task === predicted ? confidence : (1 - confidence) / 5)),
  });
  const { accuracy, macroF1, ece, at80 } = quality([
    guess('planning', 'planning', 0.9),
    guess('planning', 'planning', 0.9),
    guess('general', 'general', 0.9),
    guess('general', 'general', 0.9),
    guess('general', 'planning', 0.5),
  ]);
  assert.equal(accuracy, 0.8);
  assert.ok(Math.abs(macroF1 - 0.8) < 1e-9);
  assert.ok(Math.abs(ece - (0.8 * 0.1 + 0.2 * 0.5)) < 1e-9);
  assert.equal(at80, 1);
});
test('overconfident guesses are calibrated', () => {
  const row = { label: 'planning', lang: 'en', weak_label: false, synthetic: false } as const;
  const sure = (index: number) => ({
    row,
    probabilities: taskTypes.map((_, at) => (at === index ? 0.95 : 0.01)),
  });
  const guesses = [sure(0), sure(0), sure(1)];
  const temperature = bestTemperature(guesses);
  assert.ok(temperature > 1);
  assert.ok(Math.max(...Array.from(atTemperature(sure(0), temperature).probabilities)) < 0.95);
});
test('APGR is one half by chance, three quarters for the best order of halves, one quarter for the worst', () => {
  const graded = Array.from({ length: 100 }, (_, index) => ({ strong: 1, weak: index % 2 }));
  const apgr = (score: (weak: number, index: number) => number) =>
    costQuality(graded.map((row, index) => ({ ...row, score: score(row.weak, index) }))).apgr;
  assert.ok(Math.abs(apgr((_, index) => index) - 0.5) < 0.02);
  assert.ok(Math.abs(apgr((weak) => -weak) - 0.75) < 0.01);
  assert.ok(Math.abs(apgr((weak) => weak) - 0.25) < 0.01);
});
test('prompts that only the strong model solves are rated difficult', () => {
  const made = Array.from({ length: 80 }, (_, index) =>
    index % 2 === 0
      ? { id: `${index}`, query: `What is ${index} times $x^2$ plus ${index}?`, strong: 1, weak: 0 }
      : { id: `${index}`, query: `Who painted picture ${index}`, strong: 1, weak: 1 },
  );
  const { weights } = learnDifficulty(measured(made));
  assert.ok(weights.every(Number.isFinite));
  assert.ok((weights[3] ?? 0) > 0.2, 'formulas');
});
