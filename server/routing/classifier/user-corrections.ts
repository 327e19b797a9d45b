/**
 * The corrections of one user. Task types: additional weights on the features of the bundled model, retrained with each
 * correction. Answers that were too weak: similar prompts need a higher tier. The prompts themselves are not stored, only
 * their hashed features.
 */
import { readFileSync, rmSync } from 'node:fs';
import * as z from 'zod';
import { type TaskType, taskTypes } from '../../../shared/tasks.ts';
import { writeFileAtomically } from '../../platform/files.ts';
import { dimension, featuresOf } from './features.ts';
import { bundledClassifier, softmax } from './model.ts';
import {
  hasSameFeatures,
  packedFeatures,
  packFeatures,
  type SparseVector,
  similarityTo,
  strongestFeatures,
  unpackFeatures,
  wordFeatures,
} from './stored-features.ts';

/** A prompt and the task type that the user assigns to it. */
export type Correction = { readonly prompt: string; readonly task: TaskType };

export type UserCorrections = {
  /** The number of stored corrections. */
  readonly size: () => number;
  /** Takes effect with the next prompt. Throws what the file system throws; the correction applies anyway. */
  readonly add: (correction: Correction) => void;
  /** A model of this tier was too weak for prompts similar to this one. Takes effect and throws as `add` does. */
  readonly addTooWeak: (prompt: string, thanTier: number) => void;
  /** The tier that prompts similar to this one need, 2–6; 6 is higher than any. `undefined`: any tier. */
  readonly minTier: (features: SparseVector) => number | undefined;
  readonly clear: () => void;
  /** Adds the trained weights to the model's scores of a prompt. */
  readonly adjustScores: (features: SparseVector, scores: Float32Array) => void;
};

/** New corrections replace the oldest. */
const maxCorrections = 400;
/** Similarity from which prompts count as similar. 1: the same words. */
const minSimilarity = 0.7;

const stored = z.object({
  /** That of the model: features of another version do not fit. */
  version: z.literal(bundledClassifier.version),
  corrections: z.array(packedFeatures.extend({ task: z.enum(taskTypes) })),
  /** Absent: the file is from an earlier version. */
  stronger: z.array(packedFeatures.extend({ thanTier: z.number().int() })).default([]),
});

/**
 * @param file stores corrections between runs. Absent: in memory only
 * @param onProblem called when the file exists and cannot be used; corrections start empty then
 */
export function userCorrections(
  file?: string,
  onProblem: (problem: string) => void = () => {},
): UserCorrections {
  const initial = file === undefined ? noCorrections : readFile(file, onProblem);
  let examples = initial.corrections;
  let tooWeak = initial.stronger;
  let similarity = similarityTo(tooWeak);
  let weights = train(examples);
  const save = () => {
    if (file !== undefined) writeFileAtomically(file, textOf(examples, tooWeak));
  };
  return {
    size: () => examples.length + tooWeak.length,
    add({ prompt, task }) {
      const example = exampleOf(strongestFeatures(featuresOf(prompt)), task);
      // The later correction of the same prompt applies.
      const others = examples.filter((earlier) => !hasSameFeatures(earlier, example));
      examples = [...others.slice(1 - maxCorrections), example];
      weights = train(examples);
      save();
    },
    addTooWeak(prompt, thanTier) {
      const entry = { ...strongestFeatures(wordFeatures(featuresOf(prompt))), thanTier };
      const others = tooWeak.filter((earlier) => !hasSameFeatures(earlier, entry));
      tooWeak = [...others.slice(1 - maxCorrections), entry];
      similarity = similarityTo(tooWeak);
      save();
    },
    minTier(features) {
      if (tooWeak.length === 0) return;
      const similarities = similarity(wordFeatures(features));
      const tiers = tooWeak
        .filter((_, index) => (similarities[index] ?? 0) >= minSimilarity)
        .map(({ thanTier }) => thanTier + 1);
      return tiers.length > 0 ? Math.max(...tiers) : undefined;
    },
    clear() {
      examples = [];
      tooWeak = [];
      similarity = similarityTo(tooWeak);
      weights = undefined;
      if (file !== undefined) rmSync(file, { force: true });
    },
    adjustScores({ indices, values }, scores) {
      if (weights) add(weights, indices, values, scores);
    },
  };
}

type TooWeak = SparseVector & { readonly thanTier: number };
type Example = SparseVector & {
  readonly label: number;
  /** The scores of the bundled model alone. */
  readonly scores: Float32Array;
};

const [passes, rate, pull] = [30, 0.4, 0.03];
const count = taskTypes.length;

/** Logistic regression on top of the bundled model's scores, kept near it; the latest correction always takes effect. */
function train(examples: readonly Example[]): Float32Array | undefined {
  const latest = examples.at(-1);
  if (!latest) return undefined;
  const weights = new Float32Array(dimension * count);
  for (let pass = 0; pass < passes; pass++) {
    for (const example of examples) improve(weights, example, rate / (1 + pass / 4));
  }
  for (let step = 0; step < maxExtraSteps && improve(weights, latest, rate) < 0.5; step++);
  return weights;
}

/** Extra steps for the latest correction. A guess of 1 % takes about thirty. */
const maxExtraSteps = 100;

/** One step towards the example. @returns the probability of its label before */
function improve(
  weights: Float32Array,
  { indices, values, label, scores }: Example,
  stepSize: number,
): number {
  const adjusted = scores.slice();
  add(weights, indices, values, adjusted);
  const errors = softmax(adjusted);
  const before = errors[label] ?? 0;
  errors[label] = before - 1;
  let norm = 1;
  for (const value of values) norm += value * value;
  for (let index = 0; index < indices.length; index++) {
    const base = (indices[index] ?? 0) * count;
    const value = (values[index] ?? 0) / norm;
    for (let task = 0; task < count; task++) {
      const now = weights[base + task] ?? 0;
      weights[base + task] = now - stepSize * ((errors[task] ?? 0) * value + (pull * now) / norm);
    }
  }
  return before;
}

function add(weights: Float32Array, indices: Uint16Array, values: Float32Array, scores: Float32Array): void {
  for (let index = 0; index < indices.length; index++) {
    const base = (indices[index] ?? 0) * count;
    const value = values[index] ?? 0;
    for (let task = 0; task < count; task++)
      scores[task] = (scores[task] ?? 0) + value * (weights[base + task] ?? 0);
  }
}

const exampleOf = (features: SparseVector, task: TaskType): Example => ({
  ...features,
  label: taskTypes.indexOf(task),
  scores: bundledClassifier.scores(features),
});

function textOf(examples: readonly Example[], tooWeak: readonly TooWeak[]): string {
  const corrections = examples.map((example) => ({
    task: taskTypes[example.label],
    ...packFeatures(example),
  }));
  const stronger = tooWeak.map((entry) => ({ thanTier: entry.thanTier, ...packFeatures(entry) }));
  return `${JSON.stringify({ version: bundledClassifier.version, corrections, stronger })}\n`;
}

type StoredCorrections = { readonly corrections: Example[]; readonly stronger: TooWeak[] };
const noCorrections: StoredCorrections = { corrections: [], stronger: [] };

function readFile(file: string, onProblem: (problem: string) => void): StoredCorrections {
  try {
    const { corrections, stronger } = stored.parse(JSON.parse(readFileSync(file, 'utf8')));
    return {
      corrections: corrections
        .slice(-maxCorrections)
        .map((each) => exampleOf(unpackFeatures(each), each.task)),
      stronger: stronger
        .slice(-maxCorrections)
        .map((each) => ({ ...unpackFeatures(each), thanTier: each.thanTier })),
    };
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'))
      onProblem(`Corrected task types in ${file} cannot be read and start empty.`);
    return noCorrections;
  }
}
