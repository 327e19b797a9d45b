/** Multinomial logistic regression over sparse vectors, regularised towards the priors of the lexicon. */
import {
  conceptNames,
  dimension,
  type Features,
  meaningCount,
  meaningIndex,
} from '../../server/routing/classifier/features.ts';
import { type Concept, lexicon } from '../../server/routing/classifier/lexicon.ts';
import { taskTypes } from '../../shared/tasks.ts';
import type { Random } from './random.ts';

export type Example = { readonly features: Features; readonly label: number; readonly weight: number };

export type Weights = {
  /** By feature index, then by class. */
  readonly matrix: Float32Array;
  readonly bias: Float32Array;
};

export const classes = taskTypes.length;

export type TrainingOptions = {
  readonly epochs: number;
  readonly rate: number;
  /** Regularisation of features with a meaning towards the lexicon's priors, and of words towards 0. */
  readonly meaningPull: number;
  readonly wordPull: number;
  /** Probability that a feature is dropped, so that the model relies on no single one. */
  readonly wordDropout: number;
  readonly meaningDropout: number;
};

export const defaultTraining: TrainingOptions = {
  epochs: 12,
  rate: 0.15,
  meaningPull: 1e-2,
  wordPull: 5e-3,
  wordDropout: 0.5,
  meaningDropout: 0.3,
};

/** The priors of the lexicon as weights. */
export function leanings(): Weights {
  const matrix = new Float32Array(dimension * classes);
  for (const [concept, name] of conceptNames.entries()) {
    const { leans = {} }: Concept = lexicon[name];
    for (const [task, odds] of Object.entries(leans)) {
      const label = taskTypes.indexOf(task as (typeof taskTypes)[number]);
      const parts = [
        ['concept', 0.35],
        ['first', 0.25],
        ['object', 0.4],
        ['wanted', 0.4],
        ['leading', 0.2],
        ['asked', 0.2],
        ['last', 0.2],
      ] as const;
      for (const [kind, share] of parts) {
        const at = meaningIndex(kind, concept) * classes + label;
        matrix[at] = (matrix[at] ?? 0) + odds * share;
      }
    }
  }
  return { matrix, bias: new Float32Array(classes) };
}

export function learn(
  examples: readonly Example[],
  chance: Random,
  options: TrainingOptions = defaultTraining,
): Weights {
  const prior = leanings();
  const matrix = prior.matrix.slice();
  const bias = new Float32Array(classes);
  const squares = new Float32Array(matrix.length).fill(1e-2);
  const order = Int32Array.from(examples, (_, index) => index);
  const mean = examples.reduce((sum, { weight }) => sum + weight, 0) / examples.length;
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    chance.shuffle(order);
    const rate = options.rate * (1 - (0.8 * epoch) / options.epochs);
    for (const index of order) {
      const example = examples[index];
      if (!example) continue;
      const { indices, values } = example.features;
      const dropped = Float32Array.from(values, (value, at) => {
        const dropout = (indices[at] ?? 0) < meaningCount ? options.meaningDropout : options.wordDropout;
        return chance.next() < dropout ? 0 : value / (1 - dropout);
      });
      const errors = probabilities({ matrix, bias }, indices, dropped);
      errors[example.label] = (errors[example.label] ?? 0) - 1;
      const weight = example.weight / mean;
      for (let at = 0; at < indices.length; at++) {
        const featureIndex = indices[at] ?? 0;
        const value = dropped[at] ?? 0;
        if (value === 0) continue;
        const pull = featureIndex < meaningCount ? options.meaningPull : options.wordPull;
        for (let label = 0; label < classes; label++) {
          const cell = featureIndex * classes + label;
          const now = matrix[cell] ?? 0;
          const slope = weight * (errors[label] ?? 0) * value + pull * (now - (prior.matrix[cell] ?? 0));
          const square = (squares[cell] ?? 0) + slope * slope;
          squares[cell] = square;
          matrix[cell] = now - (rate * slope) / Math.sqrt(square);
        }
      }
      for (let label = 0; label < classes; label++)
        bias[label] = (bias[label] ?? 0) - 0.01 * rate * weight * (errors[label] ?? 0);
    }
  }
  return { matrix, bias };
}

export function probabilities(
  { matrix, bias }: Weights,
  indices: Uint16Array,
  values: Float32Array,
  temperature = 1,
): Float32Array {
  const scores = bias.slice();
  for (let at = 0; at < indices.length; at++) {
    const base = (indices[at] ?? 0) * classes;
    const value = values[at] ?? 0;
    for (let label = 0; label < classes; label++)
      scores[label] = (scores[label] ?? 0) + value * (matrix[base + label] ?? 0);
  }
  let highest = -Infinity;
  for (const score of scores) highest = Math.max(highest, score);
  let sum = 0;
  for (let label = 0; label < classes; label++) {
    const odds = Math.exp(((scores[label] ?? 0) - highest) / temperature);
    scores[label] = odds;
    sum += odds;
  }
  for (let label = 0; label < classes; label++) scores[label] = (scores[label] ?? 0) / sum;
  return scores;
}
