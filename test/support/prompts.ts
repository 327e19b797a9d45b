/** Prompts as developers type them, with the task they ask for. Ours; see test/fixtures/prompts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskType } from '../../shared/tasks.ts';

export type Prompt = { readonly text: string; readonly label: TaskType; readonly lang: 'en' | 'es' };

/** `practice` is learned from; the others are not. */
export const prompts = (name: 'practice' | 'held-out' | 'unseen'): Prompt[] =>
  readFileSync(join(import.meta.dirname, '../fixtures/prompts', `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
