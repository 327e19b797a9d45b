/**
 * What one user taught. Corrections of task types: weights of their own on the features of the bundled model, learned
 * anew whenever one comes. Answers that were too weak: prompts like those get a stronger model. The prompts themselves
 * are not kept, only their hashed features.
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

/** A prompt, and the task its writer says it is. */
export type Correction = { readonly prompt: string; readonly task: TaskType };

export type UserCorrections = {
  /** How many corrections are remembered. */
  readonly size: () => number;
  /** Holds from the next prompt on. Throws what the file system throws; it is learned all the same. */
  readonly add: (correction: Correction) => void;
  /** For prompts like this one a model of this tier was too weak. Holds and throws as `learn` does. */
  readonly addTooWeak: (prompt: string, thanTier: number) => void;
  /** The tier that answers to prompts like this have to have, 2–6; 6 is more than any has. `undefined`: any will do. */
  readonly minTier: (features: SparseVector) => number | undefined;
  readonly clear: () => void;
  /** Adds what was learned to the model's scores of a prompt. */
  readonly adjustScores: (features: SparseVector, scores: Float32Array) => void;
};

/** The oldest make room. */
const mostCorrections = 400;
/** Prompts whose words are as like each other as this are about the same thing. 1: the same words. */
const alike = 0.7;

const stored = z.object({
  /** The model's: features of another do not fit. */
  version: z.literal(bundledClassifier.version),
  corrections: z.array(packedFeatures.extend({ task: z.enum(taskTypes) })),
  /** Absent: the file is from before there were any. */
  stronger: z.array(packedFeatures.extend({ thanTier: z.number().int() })).default([]),
});

/**
 * @param file where corrections are kept between runs. Absent: in memory only
 * @param onProblem told when the file is there and cannot be used; learning starts anew
 */
export function userCorrections(
  file?: string,
  onProblem: (problem: string) => void = () => {},
): UserCorrections {
  const before = file === undefined ? nothing : readFile(file, onProblem);
  let examples = before.corrections;
  let wishes = before.stronger;
  let alikeTo = similarityTo(wishes);
  let weights = learnFrom(examples);
  const keep = () => {
    if (file !== undefined) writeFileAtomically(file, textOf(examples, wishes));
  };
  return {
    size: () => examples.length + wishes.length,
    add({ prompt, task }) {
      const example = exampleOf(strongestFeatures(featuresOf(prompt)), task);
      // Who corrects a prompt again means the later one.
      const others = examples.filter((earlier) => !hasSameFeatures(earlier, example));
      examples = [...others.slice(1 - mostCorrections), example];
      weights = learnFrom(examples);
      keep();
    },
    addTooWeak(prompt, thanTier) {
      const wish = { ...strongestFeatures(wordFeatures(featuresOf(prompt))), thanTier };
      const others = wishes.filter((earlier) => !hasSameFeatures(earlier, wish));
      wishes = [...others.slice(1 - mostCorrections), wish];
      alikeTo = similarityTo(wishes);
      keep();
    },
    minTier(features) {
      if (wishes.length === 0) return;
      const likeness = alikeTo(wordFeatures(features));
      const tiers = wishes
        .filter((_, who) => (likeness[who] ?? 0) >= alike)
        .map(({ thanTier }) => thanTier + 1);
      return tiers.length > 0 ? Math.max(...tiers) : undefined;
    },
    clear() {
      examples = [];
      wishes = [];
      alikeTo = similarityTo(wishes);
      weights = undefined;
      if (file !== undefined) rmSync(file, { force: true });
    },
    adjustScores({ indices, values }, scores) {
      if (weights) add(weights, indices, values, scores);
    },
  };
}

type Wish = SparseVector & { readonly thanTier: number };
type Example = SparseVector & {
  readonly label: number;
  /** What the bundled model says by itself. */
  readonly scores: Float32Array;
};

const [passes, rate, pull] = [30, 0.4, 0.03];
const count = taskTypes.length;

/** Logistic regression on top of the bundled model's scores, held near it; the latest correction holds in any case. */
function learnFrom(examples: readonly Example[]): Float32Array | undefined {
  const latest = examples.at(-1);
  if (!latest) return undefined;
  const weights = new Float32Array(dimension * count);
  for (let pass = 0; pass < passes; pass++) {
    for (const example of examples) improve(weights, example, rate / (1 + pass / 4));
  }
  for (let time = 0; time < mostInsistence && improve(weights, latest, rate) < 0.5; time++);
  return weights;
}

/** Tries more on the latest correction. A guess of 1 % is turned in about thirty. */
const mostInsistence = 100;

/** One step towards the example. @returns the share its label had before */
function improve(weights: Float32Array, { indices, values, label, scores }: Example, pace: number): number {
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
      weights[base + task] = now - pace * ((errors[task] ?? 0) * value + (pull * now) / norm);
    }
  }
  return before;
}

function add(weights: Float32Array, places: Uint16Array, values: Float32Array, scores: Float32Array): void {
  for (let index = 0; index < places.length; index++) {
    const base = (places[index] ?? 0) * count;
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

function textOf(examples: readonly Example[], wishes: readonly Wish[]): string {
  const corrections = examples.map((example) => ({
    task: taskTypes[example.label],
    ...packFeatures(example),
  }));
  const stronger = wishes.map((wish) => ({ thanTier: wish.thanTier, ...packFeatures(wish) }));
  return `${JSON.stringify({ version: bundledClassifier.version, corrections, stronger })}\n`;
}

type Taught = { readonly corrections: Example[]; readonly stronger: Wish[] };
const nothing: Taught = { corrections: [], stronger: [] };

function readFile(file: string, onProblem: (problem: string) => void): Taught {
  try {
    const { corrections, stronger } = stored.parse(JSON.parse(readFileSync(file, 'utf8')));
    return {
      corrections: corrections
        .slice(-mostCorrections)
        .map((each) => exampleOf(unpackFeatures(each), each.task)),
      stronger: stronger
        .slice(-mostCorrections)
        .map((each) => ({ ...unpackFeatures(each), thanTier: each.thanTier })),
    };
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'))
      onProblem(`Corrected task types in ${file} cannot be read and are learned anew.`);
    return nothing;
  }
}
