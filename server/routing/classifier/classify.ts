/** Names the kind of work a prompt asks for, and how hard it looks. Pure: no network, no clock. */
import type { TaskType } from '../../../shared/tasks.ts';
import { featuresOf } from './features.ts';
import { bundledClassifier } from './model.ts';
import type { UserCorrections } from './user-corrections.ts';

export type Classification = {
  readonly task: TaskType;
  /** 0 (trivial) – 1 (hard). */
  readonly difficulty: number;
  /** 0–1: how often a guess like this one is right. 1: the task was named. */
  readonly confidence: number;
  /** Calibrated; they sum to 1. A named task has it all. */
  readonly probabilities: Readonly<Record<TaskType, number>>;
  /** The prompt said too little: `task` is `general`, and `probabilities` hold the guess. */
  readonly abstained: boolean;
  /** The tier its user wants for prompts like this, 2–6. Absent: any will do. */
  readonly minTier?: number;
};

/** Below it a guess is wrong more often than right. */
const leastConfidence = 0.4;

/**
 * @param prompt what the user typed, in English or Spanish; other languages are guessed from their technical words
 * @param named the task a role or the caller names; it wins, and only the difficulty is judged
 * @param learned what this user's corrections taught
 */
export function classify(prompt: string, named?: TaskType, learned?: UserCorrections): Classification {
  const features = featuresOf(prompt);
  const difficulty = bundledClassifier.difficulty(prompt, features);
  const tier = learned?.minTier(features);
  const wanted = tier === undefined ? {} : { minTier: tier };
  if (named)
    return {
      task: named,
      difficulty,
      confidence: 1,
      probabilities: only(named),
      abstained: false,
      ...wanted,
    };

  const scores = bundledClassifier.scores(features);
  learned?.adjustScores(features, scores);
  const shares = bundledClassifier.probabilities(scores);
  const best = shares.reduce((found, share, index) => (share > (shares[found] ?? 0) ? index : found), 0);
  const confidence = shares[best] ?? 0;
  const abstained = confidence < leastConfidence;
  const guess = bundledClassifier.tasks[best] ?? 'general';
  return {
    task: abstained ? 'general' : guess,
    difficulty,
    confidence,
    probabilities: record((task) => shares[bundledClassifier.tasks.indexOf(task)] ?? 0),
    abstained,
    ...wanted,
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
