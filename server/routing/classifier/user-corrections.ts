/**
 * The corrections of one user. Task types: additional weights on the features of the bundled model, retrained with each
 * correction. Answers that were too weak: similar prompts need a higher tier. The prompts themselves are not stored, only
 * their hashed features; words could be guessed from these, so that they are stored encrypted or not at all.
 */
import * as z from 'zod';
import { type TaskType, taskTypes } from '../../../shared/tasks.ts';
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
  /** Resolves when those of earlier runs apply. */
  readonly ready: () => Promise<void>;
  /** Resolves when all changes are stored, or cannot be. */
  readonly flush: () => Promise<void>;
  /** The number of corrections. */
  readonly size: () => number;
  /** Takes effect with the next prompt, also when it cannot be stored. */
  readonly add: (correction: Correction) => void;
  /** A model of this tier was too weak for prompts similar to this one. Takes effect as `add` does. */
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

/** Where corrections are stored between runs. */
export type CorrectionStorage = {
  /** `undefined`: there are none. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
  remove(): void;
};

/**
 * @param storage absent: in memory only
 * @param onProblem called once when corrections cannot be read, and once when they cannot be stored
 */
export function userCorrections(
  storage?: CorrectionStorage,
  onProblem: (problem: string) => void = () => {},
): UserCorrections {
  let examples: Example[] = [];
  let tooWeak: TooWeak[] = [];
  let similarity = similarityTo(tooWeak);
  let weights: Float32Array | undefined;
  let cannotStore = false;
  let isLoaded = false;
  /** Cleared while the file was still being read. */
  let isCleared = false;

  const load = async (): Promise<void> => {
    const text = await storage?.read();
    isLoaded = true;
    if (text === undefined || isCleared) return;
    const earlier = parseCorrections(text);
    examples = [...earlier.corrections, ...examples].slice(-maxCorrections);
    tooWeak = [...earlier.stronger, ...tooWeak].slice(-maxCorrections);
    similarity = similarityTo(tooWeak);
    weights = train(examples);
  };
  const loaded = load().catch((error: unknown) =>
    onProblem(`Corrected task types cannot be read (${reasonOf(error)}); they start empty.`),
  );
  const store = async (): Promise<void> => {
    try {
      // The keychain may have been locked: what is stored must not be replaced by less.
      if (!isLoaded) await load().catch(() => {});
      await storage?.write(textOf(examples, tooWeak));
    } catch (error) {
      if (!cannotStore)
        onProblem(`Corrected task types are not stored (${reasonOf(error)}); they apply until Rumbo stops.`);
      cannotStore = true;
    }
  };
  /** One after the other, so that the file has the latest. */
  let lastWrite: Promise<void> = loaded;
  const save = () => {
    lastWrite = lastWrite.then(store);
  };
  return {
    ready: () => loaded,
    flush: () => lastWrite,
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
      isCleared = true;
      lastWrite = lastWrite.then(() => storage?.remove()).catch(() => {});
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

/** Throws for a text of another version or shape. */
function parseCorrections(text: string): StoredCorrections {
  const { success, data } = stored.safeParse(JSON.parse(text));
  if (!success) throw new Error('the file has another format');
  return {
    corrections: data.corrections
      .slice(-maxCorrections)
      .map((each) => exampleOf(unpackFeatures(each), each.task)),
    stronger: data.stronger
      .slice(-maxCorrections)
      .map((each) => ({ ...unpackFeatures(each), thanTier: each.thanTier })),
  };
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.replace(/\.$/, '') : 'unknown reason';
