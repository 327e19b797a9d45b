/** Turns rows into examples: with variations, and weighted so that no source and no class dominates. */
import { featuresOf } from '../../server/routing/classifier/features.ts';
import { taskTypes } from '../../shared/tasks.ts';
import { variations } from './augment.ts';
import { random } from './random.ts';
import type { Example } from './regression.ts';
import type { Row } from './rows.ts';

/**
 * The total weight of a source's rows. Prompts of developers count most; templates and descriptions have wordings that
 * developers do not use.
 */
const sourceWeights: Readonly<Record<string, number>> = {
  ours: 1000,
  templates: 90,
  'google-research': 60,
  'yizhongw/self-instruct': 80,
  'github/awesome-copilot': 60,
  'FudanSELab/ClassEval': 40,
  'mouredev/retos-programacion-2023': 40,
};
const otherSource = 30;
const weakLabel = 0.5;

/** @param times variations of each row, in addition to itself */
export function examplesOf(rows: readonly Row[], times: number): Example[] {
  const chance = random(7);
  const counts = Map.groupBy(rows, ({ source }) => source);
  const weightOf = ({ source, weak_label }: Row) =>
    ((sourceWeights[source] ?? otherSource) / (counts.get(source)?.length ?? 1)) *
    (weak_label ? weakLabel : 1);
  const classWeights = new Map(
    taskTypes.map((task) => [
      task,
      rows.reduce((sum, row) => (row.label === task ? sum + weightOf(row) : sum), 0),
    ]),
  );
  return rows.flatMap((row) =>
    variations(row.text, row.lang, times, chance).map((text) => ({
      features: featuresOf(text),
      label: taskTypes.indexOf(row.label),
      weight: weightOf(row) / (classWeights.get(row.label) ?? 1),
    })),
  );
}
