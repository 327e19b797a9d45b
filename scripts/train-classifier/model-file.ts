/** Writes the trained model as the bundled file. */
import { dimension, meaningCount } from '../../server/routing/classifier/features.ts';
import type { ClassifierModelFile } from '../../server/routing/classifier/model.ts';
import { taskTypes } from '../../shared/tasks.ts';
import type { DifficultyWeights } from './difficulty.ts';
import type { Guess } from './measure.ts';
import { classes, type Weights } from './regression.ts';

/** Increment it when the features change. */
const version = 1;

export function modelFileOf(
  { matrix, bias }: Weights,
  temperature: number,
  difficulty: DifficultyWeights,
): ClassifierModelFile {
  const split = meaningCount * classes;
  const scaleOf = (part: Float32Array) => {
    const sizes = part
      .map(Math.abs)
      .filter((size) => size > 0)
      .sort();
    // The few largest weights are clipped, so that the many small ones keep their differences.
    return Math.max(1e-6, (sizes[Math.floor(sizes.length * 0.9995)] ?? 0) / 127);
  };
  const meaningScale = rounded(scaleOf(matrix.subarray(0, split)));
  const wordScale = rounded(scaleOf(matrix.subarray(split)));
  const bytes = Int8Array.from({ length: dimension * classes }, (_, cell) => {
    const value = (matrix[cell] ?? 0) / (cell < split ? meaningScale : wordScale);
    return Math.max(-127, Math.min(127, Math.round(value)));
  });
  return {
    about: 'Written by scripts/train-classifier.ts. Sources and licences: NOTICE.',
    version,
    tasks: [...taskTypes],
    temperature,
    bias: Array.from(bias, rounded),
    meaningScale,
    wordScale,
    weights: Buffer.from(bytes.buffer).toString('base64'),
    difficulty: { weights: difficulty.weights.map(rounded), bias: rounded(difficulty.bias) },
  };
}

const rounded = (value: number): number => Number(value.toPrecision(6));

/** The temperature that maximises the likelihood of the labels: below 1 for underconfident guesses, above for overconfident ones. */
export function bestTemperature(guesses: readonly Guess[]): number {
  const loss = (temperature: number) =>
    guesses.reduce(
      (sum, guess) =>
        sum -
        Math.log(atTemperature(guess, temperature).probabilities[taskTypes.indexOf(guess.row.label)] ?? 0),
      0,
    );
  const candidates = Array.from({ length: 61 }, (_, index) => Number((0.5 + index / 40).toFixed(3)));
  return candidates.reduce((best, candidate) => (loss(candidate) < loss(best) ? candidate : best));
}

/** The same guess, less confident above 1 and more confident below. */
export function atTemperature({ row, probabilities }: Guess, temperature: number): Guess {
  const powers = Array.from(probabilities, (value) => Math.max(1e-9, value) ** (1 / temperature));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return { row, probabilities: powers.map((value) => value / total) };
}
