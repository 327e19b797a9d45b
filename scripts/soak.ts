/**
 * Sends thousands of requests while one chat in ten fails and a service is down for a while; prints the results beside
 * the service levels, and exits with 1 when one is missed. Then several windows share one ledger while it is locked, its disk fills up,
 * windows are killed and suspended, clocks jump and workspaces are hostile. Everything stays on this machine.
 * `--requests 2000`: another number of requests.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { quantile } from './bench/quantile.ts';
import { type Row, table, verdict } from './bench/row.ts';
import { chaos } from './soak/chaos.ts';
import { soak } from './soak/run.ts';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '20000' } } });

if (!existsSync(new URL('../dist/server.cjs', import.meta.url))) {
  process.stderr.write('dist/ holds no build yet. Run npm run build first.\n');
  process.exit(1);
}

const result = await soak({ requests: Number(values.requests), faultShare: 0.1, awayMs: 12_000 });
const { requests, answered, lost, failures, chats, faults, addedMs, backAfterMs, memory } = result;
const rows: readonly Row[] = [
  {
    what: `answered of ${requests} requests`,
    figure: (100 * answered) / requests,
    unit: '%',
    min: 99.9,
    note: `${faults} of ${chats} chats failed on purpose`,
  },
  { what: 'answers reported as complete that were not', figure: lost, unit: '', aim: 0 },
  {
    what: 'words lost at joins',
    figure: result.lostWords,
    unit: '',
    aim: 0,
    note: `${result.joined} texts of several models`,
  },
  {
    what: 'words doubled at joins',
    figure: result.doubledWords,
    unit: '',
    aim: 0,
    note: `${result.begunAnew} texts begun anew`,
  },
  {
    what: 'added by Rumbo under this load: p99',
    figure: quantile(addedMs, 0.99),
    unit: 'ms',
    aim: 20,
    note: `p50 ${quantile(addedMs, 0.5).toFixed(2)} ms`,
  },
  {
    what: 'first request to a recovered service after',
    figure: backAfterMs === null ? null : backAfterMs / 1000,
    unit: 's',
    aim: 30,
  },
  { what: 'memory after all requests', figure: memory?.all ?? null, unit: 'MB', aim: 150 },
  {
    what: 'the same compared with after 1000',
    figure: memory ? memory.all / memory.some : null,
    unit: '×',
    aim: 1.2,
  },
  {
    what: 'answers and broken attempts that count less than the services do',
    figure: result.accounts.unpaid,
    unit: '',
    aim: 0,
    note: `${result.accounts.estimated} answers without a usable report`,
  },
  { what: 'answers with other counts than reported', figure: result.accounts.miscounted, unit: '', aim: 0 },
  { what: 'answers without a row in the ledger', figure: result.unaccounted, unit: '', aim: 0 },
  {
    what: 'circuits not closed at the end',
    figure: result.notClosed.length,
    unit: '',
    aim: 0,
    note: result.notClosed.join(', '),
  },
  { what: 'cache hits on a repetitive day', figure: 100 * result.cacheHits, unit: '%', min: 30 },
  { what: 'duration', figure: result.seconds, unit: 's' },
];
print(rows, failures);

const disturbed = await chaos({ requests: Number(values.requests) });
const times = [...disturbed.disturbances].map(([name, count]) => `${count} × ${name}`).join(', ');
const chaosRows: readonly Row[] = [
  {
    what: `answered of ${disturbed.requests} requests in disturbed windows`,
    figure: (100 * disturbed.answered) / disturbed.requests,
    unit: '%',
    min: 70,
    note: `the budget pays for 90 %, and a hostile workspace may restrict; ${times}`,
  },
  { what: 'US dollars beyond a budget', figure: disturbed.overspentUsd, unit: '', aim: 0 },
  { what: 'US dollars that no row or reservation holds', figure: disturbed.unaccountedUsd, unit: '', aim: 0 },
  { what: 'rows lost', figure: disturbed.rowsLost, unit: '', aim: 0 },
  { what: 'rows twice', figure: disturbed.rowsTwice, unit: '', aim: 0 },
  {
    what: 'slowest status during a disturbance',
    figure: disturbed.slowestStatusMs,
    unit: 'ms',
    note: disturbed.hadOwnDisk ? '' : 'without a full disk: this system mounts none',
  },
];
print(chaosRows, disturbed.failures);

function print(measured: readonly Row[], messages: ReadonlyMap<string, number>): void {
  process.stdout.write(`${table(measured)}\n`);
  for (const [message, count] of messages) process.stdout.write(`${count} × ${message}\n`);
  if (measured.some((row) => verdict(row) === 'missed')) process.exitCode = 1;
}
