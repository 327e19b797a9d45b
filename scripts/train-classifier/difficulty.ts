/** Trains the estimate of difficulty: which prompts a weak model fails and a strong one solves, from simple measures. */
import { featuresOf } from '../../server/routing/classifier/features.ts';
import { measureNames, measuresOf } from '../../server/routing/classifier/measures.ts';
import type { ComplexityRow } from './rows.ts';

export type DifficultyWeights = { readonly weights: readonly number[]; readonly bias: number };

type MeasureName = (typeof measureNames)[number];

/**
 * The prior weight of each measure, and the sign that its weight may have. A small model writes and explains nearly as
 * well as a large one (see the tables of MT-bench), and the rows contain almost no such prompts.
 */
const beliefs: Readonly<Record<MeasureName, { readonly weight: number; readonly sign: 1 | -1 | 0 }>> = {
  length: { weight: 0.5, sign: 1 },
  sentences: { weight: 0, sign: 1 },
  numbers: { weight: 0.1, sign: 1 },
  formulas: { weight: 0.2, sign: 1 },
  'code lines': { weight: 0.2, sign: 1 },
  bullets: { weight: 0.05, sign: 1 },
  'long words': { weight: 0, sign: 0 },
  asks: { weight: 0, sign: 0 },
  reasoning: { weight: 0.3, sign: 1 },
  quantity: { weight: 0.2, sign: 1 },
  facts: { weight: -0.2, sign: -1 },
  explaining: { weight: -0.6, sign: -1 },
  writing: { weight: -0.8, sign: -1 },
  making: { weight: 0.4, sign: 1 },
  'whole things': { weight: 0.3, sign: 1 },
  design: { weight: 0.3, sign: 1 },
  trouble: { weight: 0.2, sign: 1 },
};
/** The weight of the prior, in rows. */
const stubbornness = 0.15;
const steps = 400;

export type Measured = ComplexityRow & { readonly measures: readonly number[] };

export const measured = (rows: readonly ComplexityRow[]): Measured[] =>
  rows.map((row) => ({ ...row, measures: measuresOf(row.query, featuresOf(row.query)) }));

/** Uses only rows that the strong model solves: when both fail, a higher price gives no better answer. */
export function learnDifficulty(rows: readonly Measured[]): DifficultyWeights {
  const solved = rows.filter(({ strong }) => strong >= 0.99);
  const prior = measureNames.map((name) => beliefs[name].weight);
  const weights = [...prior];
  let bias = -1;
  for (let step = 0; step < steps; step++) {
    const slopes = weights.map((weight, index) => stubbornness * (weight - (prior[index] ?? 0)));
    let biasSlope = 0;
    for (const { measures, weak } of solved) {
      const error = (chanceOf({ weights, bias }, measures) - (1 - weak)) / solved.length;
      biasSlope += error;
      for (const [index, value] of measures.entries()) slopes[index] = (slopes[index] ?? 0) + error * value;
    }
    for (const [index, name] of measureNames.entries()) {
      const moved = (weights[index] ?? 0) - 0.25 * (slopes[index] ?? 0);
      const { sign } = beliefs[name];
      weights[index] = sign === 0 || Math.sign(moved) === sign ? moved : 0;
    }
    bias -= 0.5 * biasSlope;
  }
  return { weights, bias };
}

export function chanceOf({ weights, bias }: DifficultyWeights, measures: readonly number[]): number {
  const score = measures.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), bias);
  return 1 / (1 + Math.exp(-score));
}

/** The same order, scaled to these prompts: the median is at 0.5. */
export function spread({ weights, bias }: DifficultyWeights, rows: readonly Measured[]): DifficultyWeights {
  const scores = rows.map(({ measures }) =>
    measures.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), bias),
  );
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length);
  const stretch = 1.5 / deviation;
  return { weights: weights.map((weight) => weight * stretch), bias: (bias - mean) * stretch };
}

/** One point of the curve: the share of prompts sent to the strong model, and the mean quality there. */
export type CurvePoint = { readonly share: number; readonly quality: number };

/**
 * @returns the quality when the hardest-looking share goes to the strong model, and APGR: the share of the difference
 * between weak and strong that is recovered, averaged over all shares. Chance is 0.5. See RouteLLM,
 * https://arxiv.org/abs/2406.18665
 */
export function costQuality(
  rows: readonly { readonly strong: number; readonly weak: number; readonly score: number }[],
): { readonly curve: readonly CurvePoint[]; readonly apgr: number } {
  const hardest = [...rows].sort((a, b) => b.score - a.score);
  const count = hardest.length;
  const weakest = hardest.reduce((sum, { weak }) => sum + weak, 0);
  const difference = hardest.reduce((sum, { strong, weak }) => sum + strong - weak, 0);
  let gained = 0;
  let area = 0;
  const gains = [0];
  for (const { strong, weak } of hardest) {
    const before = gained;
    gained += strong - weak;
    area += (before + gained) / 2;
    gains.push(gained);
  }
  const curve = Array.from({ length: 11 }, (_, tenth) => ({
    share: tenth / 10,
    quality: (weakest + (gains[Math.round((tenth / 10) * count)] ?? gained)) / count,
  }));
  return { curve, apgr: area / count / difference };
}
