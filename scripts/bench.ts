/**
 * Measures Rumbo against its budgets of speed and prints one table. Everything stays on this machine.
 * `--json`: prints the rows as JSON. `--long`: looks at memory over 20 000 requests.
 * `--against <folder>`: measures only CPU, start and memory, as ratios to the build in another folder.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { againstRows, programIn } from './bench/against.ts';
import { decisionRows } from './bench/decision.ts';
import { inlineContextRows } from './bench/inline-context.ts';
import { laboratory } from './bench/laboratory.ts';
import { localRows } from './bench/local.ts';
import { memoryRows } from './bench/memory.ts';
import { packageRow } from './bench/package.ts';
import { pictureRows } from './bench/picture-requests.ts';
import { pipelineRows } from './bench/pipeline.ts';
import { type Row, table, verdict } from './bench/row.ts';
import { startRows } from './bench/start.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, long: { type: 'boolean' }, against: { type: 'string' } },
});

if (['client', 'server'].some((name) => !existsSync(new URL(`../dist/${name}.cjs`, import.meta.url)))) {
  process.stderr.write('There is nothing to measure in dist/ yet. Run npm run build first.\n');
  process.exit(1);
}

if (values.against !== undefined) {
  try {
    programIn(values.against);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}

const lab = await laboratory();
try {
  const rows = values.against === undefined ? await allRows() : await againstRows(lab, values.against);
  const report = values.json
    ? JSON.stringify(
        rows.map((row) => ({ ...row, verdict: verdict(row) })),
        null,
        2,
      )
    : table(rows);
  process.stdout.write(`${report}\n`);
} finally {
  lab.close();
}

async function allRows(): Promise<Row[]> {
  return [
    ...decisionRows(),
    ...(await pipelineRows(lab)),
    ...(await pictureRows(lab)),
    ...(await inlineContextRows()),
    ...(await startRows(lab)),
    ...(await localRows(lab)),
    packageRow(),
    ...(await memoryRows(lab, values.long ? 20_000 : 5_000)),
  ];
}
