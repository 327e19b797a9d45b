/**
 * Types real code with and without Rumbo's way of asking for ghost text, in virtual time, and prints what it costs and how
 * long one waits; then what the asking itself takes, in real time. Nothing leaves this process. What the simulation takes for
 * granted: `test/support/typing/simulation.ts`.
 * `--json`: as JSON. `--tuning`: the people and files that Rumbo was tuned with, and not those it is judged by.
 * `--knows 0.15`: with a model that knows that share of the lines.
 * `--practice`: types for some minutes with the practice engine too, where that is installed.
 */
import { parseArgs } from 'node:util';
import { table, verdict } from './bench/row.ts';
import { overheadRows } from './bench-inline/overhead.ts';
import { practised } from './bench-inline/practice.ts';
import { typingRows, typingTable } from './bench-inline/typing.ts';
import { typed } from './bench-inline/typists.ts';

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
const how = { people: values.tuning ? 'tuning' : 'held-out', knows: Number(values.knows) } as const;
const results = await typed(how);
const practice = values.practice ? await practised() : [];
const rows = [...typingRows(results, how), ...overheads];
process.stdout.write(
  values.json
    ? `${JSON.stringify({ results, practice, rows: rows.map((row) => ({ ...row, verdict: verdict(row) })) }, null, 2)}\n`
    : `${typingTable([...results, ...practice])}\n\n${table(rows)}\n`,
);
