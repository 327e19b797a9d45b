/**
 * Simulates typing real code with Rumbo's scheduler and with a naive client, in virtual time, and prints requests and waits;
 * then measures the scheduler's own time, in real time. Nothing leaves this process. Assumptions of the simulation:
 * `test/support/typing/simulation.ts`.
 * `--json`: as JSON. `--tuning`: with the typists and files that Rumbo was tuned with, instead of the held-out ones.
 * `--knows 0.15`: with a model that knows that share of the lines.
 * `--practice`: types for some minutes with the practice engine too, if it is installed.
 */
import { parseArgs } from 'node:util';
import { table, verdict } from './bench/row.ts';
import { overheadRows } from './bench-inline/overhead.ts';
import { practiceSessions } from './bench-inline/practice.ts';
import { typingRows, typingTable } from './bench-inline/typing.ts';
import { runSessions } from './bench-inline/typists.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    tuning: { type: 'boolean' },
    practice: { type: 'boolean' },
    knows: { type: 'string', default: '0.6' },
  },
});
// First, while the heap is small.
const overheads = await overheadRows();
const options = { sample: values.tuning ? 'tuning' : 'held-out', knows: Number(values.knows) } as const;
const results = await runSessions(options);
const practice = values.practice ? await practiceSessions() : [];
const rows = [...typingRows(results, options), ...overheads];
process.stdout.write(
  values.json
    ? `${JSON.stringify({ results, practice, rows: rows.map((row) => ({ ...row, verdict: verdict(row) })) }, null, 2)}\n`
    : `${typingTable([...results, ...practice])}\n\n${table(rows)}\n`,
);
