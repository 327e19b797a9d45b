/** Classifies a prompt: its task type and difficulty. Pure: no network, no clock. */
import type { TaskType } from '../../../shared/tasks.ts';
import { featuresOf } from './features.ts';
import { bundledClassifier } from './model.ts';
import type { UserCorrections } from './user-corrections.ts';

export type Classification = {
  readonly task: TaskType;
  /** 0 (trivial) – 1 (hard). */
  readonly difficulty: number;
  /** 0–1: how often a guess with this confidence is right. 1: the task was named. */
  readonly confidence: number;
  /** Calibrated; they sum to 1. A named task has 1. */
  readonly probabilities: Readonly<Record<TaskType, number>>;
  /** The prompt is too vague: `task` is `general`, and `probabilities` contain the guess. */
  readonly abstained: boolean;
  /** The tier that the user wants for similar prompts, 2–6. Absent: any. */
  readonly minTier?: number;
};

/** Below it, a guess is wrong more often than right. */
const minConfidence = 0.4;

/**
 * @param prompt what the user typed, in English or Spanish; other languages are classified by their technical words
 * @param named the task that a role or the caller names; then only the difficulty is estimated
 * @param corrections this user's corrections
 */
export function classify(prompt: string, named?: TaskType, corrections?: UserCorrections): Classification {
  const features = featuresOf(prompt);
  const difficulty = bundledClassifier.difficulty(prompt, features);
  const minTier = corrections?.minTier(features);
  const tier = minTier === undefined ? {} : { minTier };
  if (named)
    return {
      task: named,
      difficulty,
      confidence: 1,
      probabilities: only(named),
      abstained: false,
      ...tier,
    };

  const scores = bundledClassifier.scores(features);
  corrections?.adjustScores(features, scores);
  const probabilities = bundledClassifier.probabilities(scores);
  let best = 0;
  for (let index = 1; index < probabilities.length; index++)
    if ((probabilities[index] ?? 0) > (probabilities[best] ?? 0)) best = index;
  const confidence = probabilities[best] ?? 0;
  const abstained = confidence < minConfidence;
  const guess = bundledClassifier.tasks[best] ?? 'general';
  return {
    task: abstained ? 'general' : guess,
    difficulty,
    confidence,
    probabilities: record((task) => probabilities[bundledClassifier.tasks.indexOf(task)] ?? 0),
    abstained,
    ...tier,
  };
}

const record = (of: (task: TaskType) => number): Record<TaskType, number> => ({
  planning: of('planning'),
  architecture: of('architecture'),
  complex_generation: of('complex_generation'),
  simple_generation: of('simple_generation'),
  verification: of('verification'),
  general: of('general'),
});
const only = (named: TaskType) => record((task) => (task === named ? 1 : 0));
