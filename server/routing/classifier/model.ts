/** What scripts/train-classifier.ts learned, as it ships: weights in whole bytes, a scale, and how sure to be. */
import * as z from 'zod';
import { type TaskType, taskTypes } from '../../../shared/tasks.ts';
import { dimension, type Features, meaningCount } from './features.ts';
import { measureNames, measuresOf } from './measures.ts';
import bundled from './model.json' with { type: 'json' };

const numbers = (length: number) => z.array(z.number()).length(length);
const modelFile = z.object({
  /** What it learned from, and its licences, are in NOTICE. */
  about: z.string(),
  /** Grows when features move: what a user's corrections taught is then of no use. */
  version: z.number().int(),
  tasks: z.array(z.enum(taskTypes)).length(taskTypes.length),
  /** Divides scores, so that a probability of 0.8 is right eight times of ten. */
  temperature: z.number().positive(),
  bias: numbers(taskTypes.length),
  /** What one step of a byte is worth, among meanings and among words. */
  meaningScale: z.number().positive(),
  wordScale: z.number().positive(),
  /** Base64 of signed bytes: by place, then by task. */
  weights: z.string(),
  difficulty: z.object({ weights: numbers(measureNames.length), bias: z.number() }),
});
export type ClassifierModelFile = z.infer<typeof modelFile>;

export type ClassifierModel = {
  readonly version: number;
  /** Adds the evidence for each task, in the order of `tasks`, before any squashing. */
  readonly scores: (features: Pick<Features, 'indices' | 'values'>) => Float32Array;
  /** Sums to 1. */
  readonly probabilities: (scores: Float32Array) => Float32Array;
  /** 0 (trivial) – 1 (hard); one half is a middling prompt. */
  readonly difficulty: (prompt: string, features: Features) => number;
  readonly tasks: readonly TaskType[];
};

/** Throws when the file is none that this program's features fit. */
export function loadModel(file: unknown): ClassifierModel {
  const { version, tasks, temperature, bias, meaningScale, wordScale, weights, difficulty } =
    modelFile.parse(file);
  const bytes = Buffer.from(weights, 'base64');
  const matrix = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = tasks.length;
  if (matrix.length !== dimension * count)
    throw new Error(`The classifier's model has ${matrix.length} weights and needs ${dimension * count}.`);
  return {
    version,
    tasks,
    scores({ indices, values }) {
      const scores = Float32Array.from(bias);
      for (let index = 0; index < indices.length; index++) {
        const place = indices[index] ?? 0;
        const value = (values[index] ?? 0) * (place < meaningCount ? meaningScale : wordScale);
        for (let task = 0; task < count; task++)
          scores[task] = (scores[task] ?? 0) + value * (matrix[place * count + task] ?? 0);
      }
      return scores;
    },
    probabilities: (scores) => softmax(scores, temperature),
    difficulty(prompt, features) {
      const score = measuresOf(prompt, features).reduce(
        (sum, value, index) => sum + value * (difficulty.weights[index] ?? 0),
        difficulty.bias,
      );
      return 1 / (1 + Math.exp(-score));
    },
  };
}

/** Softmax. */
export function softmax(scores: Float32Array, temperature = 1): Float32Array {
  const highest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  const odds = scores.map((score) => Math.exp((score - highest) / temperature));
  const sum = odds.reduce((total, value) => total + value, 0);
  return odds.map((value) => value / sum);
}

/** The one that ships. */
export const bundledClassifier: ClassifierModel = loadModel(bundled);
