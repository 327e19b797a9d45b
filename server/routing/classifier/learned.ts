/**
 * What one user's corrections taught: weights of their own on the features of the bundled model, learned anew from
 * the corrections whenever one comes. The prompts themselves are not kept, only their hashed features.
 */
import { readFileSync, rmSync } from 'node:fs';
import * as z from 'zod';
import { type TaskType, taskTypes } from '../../../shared/tasks.ts';
import { writeWhole } from '../../platform/files.ts';
import { dimension, type Features, featuresOf } from './features.ts';
import { model, shares } from './model.ts';

/** A prompt, and the task its writer says it is. */
export type Correction = { readonly prompt: string; readonly task: TaskType };

export type Learned = {
  /** How many corrections are remembered. */
  readonly size: () => number;
  /** Holds from the next prompt on. Throws what the file system throws; it is learned all the same. */
  readonly learn: (correction: Correction) => void;
  readonly forget: () => void;
  /** Adds what was learned to the model's scores of a prompt. */
  readonly adjust: (features: Sparse, scores: Float32Array) => void;
};

/** The oldest make room. */
const mostCorrections = 400;
/** Of one correction; the strongest are kept. */
const mostPlaces = 96;

const stored = z.object({
  /** The model's: features of another do not fit. */
  version: z.literal(model.version),
  corrections: z.array(
    z.object({
      task: z.enum(taskTypes),
      /** Base64 of 16-bit places, little endian, and of one byte each for how strong they are. */
      places: z.base64(),
      values: z.base64(),
    }),
  ),
});

/**
 * @param file where corrections are kept between runs. Absent: in memory only
 * @param onProblem told when the file is there and cannot be used; learning starts anew
 */
export function learned(file?: string, onProblem: (problem: string) => void = () => {}): Learned {
  let examples = file === undefined ? [] : readExamples(file, onProblem);
  let weights = learnFrom(examples);
  return {
    size: () => examples.length,
    learn({ prompt, task }) {
      const example = exampleOf(featuresOf(prompt), task);
      // Who corrects a prompt again means the later one.
      const others = examples.filter((earlier) => !isSamePrompt(earlier, example));
      examples = [...others.slice(1 - mostCorrections), example];
      weights = learnFrom(examples);
      if (file !== undefined) writeWhole(file, textOf(examples));
    },
    forget() {
      examples = [];
      weights = undefined;
      if (file !== undefined) rmSync(file, { force: true });
    },
    adjust({ places, values }, scores) {
      if (weights) add(weights, places, values, scores);
    },
  };
}

type Sparse = Pick<Features, 'places' | 'values'>;
type Example = Sparse & {
  readonly label: number;
  /** What the bundled model says by itself. */
  readonly scores: Float32Array;
};

const [passes, rate, pull, step] = [30, 0.4, 0.03, 1 / 100];
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
function improve(weights: Float32Array, { places, values, label, scores }: Example, pace: number): number {
  const adjusted = scores.slice();
  add(weights, places, values, adjusted);
  const errors = shares(adjusted);
  const before = errors[label] ?? 0;
  errors[label] = before - 1;
  let norm = 1;
  for (const value of values) norm += value * value;
  for (let index = 0; index < places.length; index++) {
    const base = (places[index] ?? 0) * count;
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

/** What is kept of a correction; rounded as the file has it, so that a new window learns the same. */
function exampleOf({ places, values }: Sparse, task: TaskType): Example {
  const order = [...places.keys()]
    .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b)
    .slice(0, mostPlaces);
  const kept = {
    places: Uint16Array.from(order, (index) => places[index] ?? 0),
    values: Float32Array.from(order, (index) => byteOf(values[index] ?? 0) * step),
  };
  return { ...kept, label: taskTypes.indexOf(task), scores: model.scores(kept) };
}

const isSamePrompt = (one: Sparse, other: Sparse): boolean =>
  one.places.length === other.places.length &&
  one.places.every((place, index) => place === other.places[index]);

const byteOf = (value: number): number => Math.min(255, Math.round(value / step));

function textOf(examples: readonly Example[]): string {
  const corrections = examples.map(({ places, values, label }) => ({
    task: taskTypes[label],
    places: Buffer.from(places.buffer).toString('base64'),
    values: Buffer.from(Uint8Array.from(values, byteOf)).toString('base64'),
  }));
  return `${JSON.stringify({ version: model.version, corrections })}\n`;
}

function readExamples(file: string, onProblem: (problem: string) => void): Example[] {
  try {
    return stored
      .parse(JSON.parse(readFileSync(file, 'utf8')))
      .corrections.slice(-mostCorrections)
      .map(({ task, places, values }) => {
        const bytes = Buffer.from(places, 'base64');
        return exampleOf(
          {
            places: Uint16Array.from({ length: bytes.length >> 1 }, (_, index) =>
              Math.min(dimension - 1, bytes.readUInt16LE(2 * index)),
            ),
            values: Float32Array.from(Buffer.from(values, 'base64'), (byte) => byte * step),
          },
          task,
        );
      });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'))
      onProblem(`Corrected task types in ${file} cannot be read and are learned anew.`);
    return [];
  }
}
