/**
 * Measures Rumbo against its budgets of speed and prints one table. Everything stays on this machine.
 * `--json`: prints the rows as JSON. `--long`: looks at memory over 20 000 requests.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { decisionRows } from './bench/decision.ts';
import { inlineContextRows } from './bench/inline-context.ts';
import { laboratory } from './bench/laboratory.ts';
import { localRows } from './bench/local.ts';
import { memoryRows } from './bench/memory.ts';
import { packageRow } from './bench/package.ts';
import { pipelineRows } from './bench/pipeline.ts';
import { table, verdict } from './bench/row.ts';
import { startRows } from './bench/start.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, long: { type: 'boolean' } } });

if (['client', 'server'].some((name) => !existsSync(new URL(`../dist/${name}.cjs`, import.meta.url)))) {
  process.stderr.write('There is nothing to measure in dist/ yet. Run npm run build first.\n');
  process.exit(1);
}

const lab = await laboratory();
try {
  const rows = [
    ...decisionRows(),
    ...(await pipelineRows(lab)),
    ...(await inlineContextRows()),
    ...(await startRows(lab)),
    ...(await localRows(lab)),
    packageRow(),
    ...(await memoryRows(lab, values.long ? 20_000 : 5_000)),
  ];
  const told = values.json
    ? JSON.stringify(
        rows.map((row) => ({ ...row, verdict: verdict(row) })),
        null,
        2,
      )
    : table(rows);
  process.stdout.write(`${told}\n`);
} finally {
  lab.close();
}
