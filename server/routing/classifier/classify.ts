/** Names the kind of work a prompt asks for, and how hard it looks. Pure: no network, no clock. */
import type { TaskType } from '../../../shared/tasks.ts';
import { lexicon, weights } from './lexicon.ts';

export type Classification = {
  readonly task: TaskType;
  /** 0 (trivial) – 1 (hard). */
  readonly difficulty: number;
  /** 0–1. Below one half the prompt said little, and `task` is `general`. */
  readonly confidence: number;
};

/** Characters at each end of the prompt that are read: people put what they want first or last. */
const window = 1_500;

/**
 * @param prompt what the user typed, in English or Spanish
 * @param named the task a role or the caller names; it wins, and only the difficulty is judged
 */
export function classify(prompt: string, named?: TaskType): Classification {
  const text = prompt.length <= 2 * window ? prompt : `${prompt.slice(0, window)}\n${prompt.slice(-window)}`;
  const difficulty = difficultyOf(prompt, text);
  if (named) return { task: named, difficulty, confidence: 1 };

  const scores = score(text);
  const [best, second] = [...scores].sort(([, a], [, b]) => b - a);
  if (!best || best[1] === 0) return { task: 'general', difficulty, confidence: 0.4 };
  const confidence = Math.min(0.95, 0.55 + 0.4 * ((best[1] - (second?.[1] ?? 0)) / best[1]));
  const task =
    best[0] === 'generation' ? (difficulty >= 0.45 ? 'complex_generation' : 'simple_generation') : best[0];
  return { task, difficulty, confidence };
}

/** The weight of each class: what its words say, the first sentence counting double. */
function score(text: string) {
  const first = text.slice(0, Math.max(0, text.search(/[.?!\n]/)) || 160);
  const scores = new Map<keyof typeof lexicon, number>();
  for (const [name, patterns] of Object.entries(lexicon) as [keyof typeof lexicon, readonly RegExp[]][]) {
    let sum = 0;
    for (const pattern of patterns) {
      if (pattern.test(text)) sum += pattern.test(first) ? 2 : 1;
    }
    scores.set(name, sum * weights[name]);
  }
  return scores;
}

/** Length, several demands, and words that promise trouble. */
function difficultyOf(prompt: string, text: string): number {
  const length = Math.min(1, Math.log2(1 + prompt.length / 80) / 6);
  const demands = Math.min(
    1,
    (text.match(/(?:^|\n)\s*(?:[-*•]|\d+[.)])\s|;| y además | and also /g)?.length ?? 0) / 6,
  );
  const hard = hardWords.test(text) ? 1 : 0;
  return Math.round((0.5 * length + 0.25 * demands + 0.25 * hard) * 100) / 100;
}

const hardWords =
  /\b(?:concurren\w+|distribut\w+|distribuid\w+|scal(?:e|able|ability)|escalab\w+|migrat\w+|migra\w*|architect\w+|arquitect\w+|microserv\w+|security|seguridad|deadlock|race condition|real[- ]time|tiempo real|full[- ]stack|entire|whole|complet[ao]|end[- ]to[- ]end|optimi[sz]\w+)\b/i;
