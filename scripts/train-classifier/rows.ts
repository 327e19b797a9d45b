/** The training prompts: other data sets in a folder outside this repository, and our own among the test fixtures. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { taskTypes } from '../../shared/tasks.ts';
import relabelled from './relabelled.json' with { type: 'json' };

const row = z.object({
  id: z.string(),
  text: z.string(),
  label: z.enum(taskTypes),
  lang: z.enum(['en', 'es']),
  source: z.string().default('ours'),
  licence: z.string().default('ours'),
  weak_label: z.boolean().default(false),
  synthetic: z.boolean().default(false),
});
export type Row = Omit<z.infer<typeof row>, 'source'> & {
  /** Where the wording comes from, without the row's own name in it. */
  readonly source: string;
};

const complexityRow = z.object({ id: z.string(), query: z.string(), strong: z.number(), weak: z.number() });
export type ComplexityRow = z.infer<typeof complexityRow>;

/** Rows that the bundled model may be trained on: without share-alike texts. */
export const shippable = (rows: readonly Row[]): Row[] =>
  rows.filter(({ licence }) => !licence.includes('-SA'));

export const rowsOf = (file: string): Row[] =>
  linesOf(file).map((line) => {
    const read = row.parse(line);
    return { ...read, source: sourceOf(read.source, read.synthetic) };
  });

export const othersRows = (data: string): Row[] => rowsOf(join(data, 'task-types/task_type_dev.jsonl'));
export const practiceRows = (): Row[] => rowsOf('test/fixtures/prompts/practice.jsonl');
export const heldOutRows = (): Row[] => rowsOf('test/fixtures/prompts/held-out.jsonl');
/** Written last, after lexicon and weights. */
export const unseenRows = (): Row[] => rowsOf('test/fixtures/prompts/unseen.jsonl');
export const complexityRows = (data: string): ComplexityRow[] =>
  linesOf(join(data, 'complexity/complexity_dev.jsonl')).map((line) => complexityRow.parse(line));

const linesOf = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const sourceOf = (source: string, synthetic: boolean): string =>
  synthetic ? 'templates' : (source.split(' ')[0] ?? source).replace(/_\d+$/, '');

/**
 * Real prompts of Spanish developers, labelled by hand instead of by keywords (`relabelled.json` has ids only). For
 * measurement only, never for training.
 */
export function realRows(data: string): Row[] {
  const labels = new Map(
    Object.entries(relabelled).flatMap(([label, ids]) =>
      ids.map((id) => [id, row.shape.label.parse(label)] as const),
    ),
  );
  return rowsOf(join(data, 'task-types/task_type_dev_lidr_optional.jsonl')).flatMap((found) => {
    const label = labels.get(found.id);
    return label ? [{ ...found, label }] : [];
  });
}
