/** The practice engine for a test: the real llama.cpp on a toy model, installed on first use. */
import {
  type PracticeEngine,
  type StartOptions,
  startPracticeEngine as start,
} from '../../scripts/practice/start.ts';
import { report } from '../../scripts/set-up/report.mjs';

/** Close it when done. Answers name their model: `practice-small` or `practice-large`. */
export const startPracticeEngine = (options: Omit<StartOptions, 'report'> = {}): Promise<PracticeEngine> =>
  start({ report: report(process.stderr), ...options });
