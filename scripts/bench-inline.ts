/**
 * Types real code with and without Rumbo's way of asking for ghost text, in virtual time, and prints what it costs and how
 * long one waits; then what the asking itself takes, in real time. Nothing leaves this process. `--json`: as JSON.
 */
import { parseArgs } from 'node:util';
import { table, verdict } from './bench/row.ts';
import { overheadRows } from './bench-inline/overhead.ts';
import { typingRows, typingTable } from './bench-inline/typing.ts';
import { typed } from './bench-inline/typists.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
// First, while the heap is small.
const overheads = await overheadRows();
const results = await typed();
const rows = [...typingRows(results), ...overheads];
process.stdout.write(
  values.json
    ? `${JSON.stringify({ results, rows: rows.map((row) => ({ ...row, verdict: verdict(row) })) }, null, 2)}\n`
    : `${typingTable(results)}\n\n${table(rows)}\n`,
);
