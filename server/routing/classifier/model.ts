/** The classifier's model, trained by scripts/train-classifier.ts: weights as bytes, a scale and a calibration. */
import * as z from 'zod';
import { type TaskType, taskTypes } from '../../../shared/tasks.ts';
import { dimension, type Features, meaningCount } from './features.ts';
import { measureNames, measuresOf } from './measures.ts';
import bundled from './model.json' with { type: 'json' };

const numbers = (length: number) => z.array(z.number()).length(length);
const modelFile = z.object({
  /** NOTICE names the training data and its licences. */
  about: z.string(),
  /** Incremented when the features change: stored corrections no longer fit then. */
  version: z.number().int(),
  tasks: z.array(z.enum(taskTypes)).length(taskTypes.length),
  /** Divides scores, so that a probability of 0.8 is right in eight of ten cases. */
  temperature: z.number().positive(),
  bias: numbers(taskTypes.length),
  /** The weight of one byte step, for features with a meaning and for words. */
  meaningScale: z.number().positive(),
  wordScale: z.number().positive(),
  /** Base64 of signed bytes: by feature index, then by task. */
  weights: z.string(),
  difficulty: z.object({ weights: numbers(measureNames.length), bias: z.number() }),
});
export type ClassifierModelFile = z.infer<typeof modelFile>;

export type ClassifierModel = {
  readonly version: number;
  /** The scores before softmax, in the order of `tasks`. */
  readonly scores: (features: Pick<Features, 'indices' | 'values'>) => Float32Array;
  /** Sums to 1. */
  readonly probabilities: (scores: Float32Array) => Float32Array;
  /** 0 (trivial) – 1 (hard); 0.5 is a prompt of medium difficulty. */
  readonly difficulty: (prompt: string, features: Features) => number;
  readonly tasks: readonly TaskType[];
};

/** Throws when the file does not fit the features of this version. */
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
        const featureIndex = indices[index] ?? 0;
        const value = (values[index] ?? 0) * (featureIndex < meaningCount ? meaningScale : wordScale);
        for (let task = 0; task < count; task++)
          scores[task] = (scores[task] ?? 0) + value * (matrix[featureIndex * count + task] ?? 0);
      }
      return scores;
    },
    probabilities: (scores) => softmax(scores, temperature),
    difficulty(prompt, features) {
      let score = difficulty.bias;
      const measures = measuresOf(prompt, features);
      for (let index = 0; index < measures.length; index++)
        score += (measures[index] ?? 0) * (difficulty.weights[index] ?? 0);
      return 1 / (1 + Math.exp(-score));
    },
  };
}

/** Softmax. */
export function softmax(scores: Float32Array, temperature = 1): Float32Array {
  const odds = new Float32Array(scores.length);
  let highest = Number.NEGATIVE_INFINITY;
  for (const score of scores) highest = Math.max(highest, score);
  for (let index = 0; index < odds.length; index++)
    odds[index] = Math.exp(((scores[index] ?? 0) - highest) / temperature);
  let sum = 0;
  for (const value of odds) sum += value;
  for (let index = 0; index < odds.length; index++) odds[index] = (odds[index] ?? 0) / sum;
  return odds;
}

/** The bundled model. */
export const bundledClassifier: ClassifierModel = loadModel(bundled);
