/**
 * Asks thousands of questions while one chat in ten goes wrong and a service is away for a while; prints what became of
 * them beside the service levels, and ends with 1 when one was missed. Everything stays on this machine.
 * `--requests 2000`: another number of questions.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { quantile } from './bench/quantile.ts';
import { type Row, table, verdict } from './bench/row.ts';
import { soak } from './soak/run.ts';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '20000' } } });

if (!existsSync(new URL('../dist/server.cjs', import.meta.url))) {
  process.stderr.write('There is nothing to soak in dist/ yet. Run npm run build first.\n');
  process.exit(1);
}

const result = await soak({ requests: Number(values.requests), faultShare: 0.1, awayMs: 12_000 });
const { asked, answered, lost, failures, chats, faults, addedMs, backAfterMs, memory } = result;
const rows: readonly Row[] = [
  {
    what: `answered of ${asked} questions`,
    figure: (100 * answered) / asked,
    unit: '%',
    least: 99.9,
    note: `${faults} of ${chats} chats went wrong`,
  },
  { what: 'answers called whole that were not', figure: lost, unit: '', aim: 0 },
  {
    what: 'added by Rumbo under this load: p99',
    figure: quantile(addedMs, 0.99),
    unit: 'ms',
    aim: 20,
    note: `p50 ${quantile(addedMs, 0.5).toFixed(2)} ms`,
  },
  {
    what: 'back on a recovered service after',
    figure: backAfterMs === null ? null : backAfterMs / 1000,
    unit: 's',
    aim: 30,
  },
  { what: 'memory after all', figure: memory?.all ?? null, unit: 'MB', aim: 150 },
  {
    what: 'the same against after 1000',
    figure: memory ? memory.all / memory.some : null,
    unit: '×',
    aim: 1.2,
  },
  { what: 'answers without their row in the ledger', figure: result.unaccounted, unit: '', aim: 0 },
  {
    what: 'circuits not closed at the end',
    figure: result.notClosed.length,
    unit: '',
    aim: 0,
    note: result.notClosed.join(', '),
  },
  { what: 'answered by the cache on a repetitive day', figure: 100 * result.cacheHits, unit: '%', least: 30 },
  { what: 'it all took', figure: result.seconds, unit: 's' },
];
process.stdout.write(`${table(rows)}\n`);
for (const [message, times] of failures) process.stdout.write(`${times} × ${message}\n`);
process.exitCode = rows.some((row) => verdict(row) === 'missed') ? 1 : 0;
