/** The ledger while processes are killed, its file is locked or damaged, and the disk takes nothing. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createBudgets } from '../../../server/metrics/budget.ts';
import { createLedger } from '../../../server/metrics/ledger.ts';
import { defaultSettings } from '../../../shared/settings.ts';
import { receiptOf } from '../../support/ledger/receipt.ts';
import { until } from '../../support/local-engines/connect.ts';

const place = (): string => mkdtempSync(join(tmpdir(), 'rumbo-ledger-'));
// Substitutes for folders that cannot be written are made there.
const runtimeFolder = place();
const runtimeFolderBefore = process.env['XDG_RUNTIME_DIR'];
process.env['XDG_RUNTIME_DIR'] = runtimeFolder;
after(() => {
  if (runtimeFolderBefore === undefined) delete process.env['XDG_RUNTIME_DIR'];
  else process.env['XDG_RUNTIME_DIR'] = runtimeFolderBefore;
  rmSync(runtimeFolder, { recursive: true, force: true });
});

const share = { provider: 'p', role: 'planner' };
const now = () => Date.now();

/** One window. */
function open(folder: string, perDayUsd = 1) {
  const warnings: string[] = [];
  const ledger = createLedger(folder, now, (message) => void warnings.push(message));
  const budgets = createBudgets(ledger.usage, now);
  budgets.configure({ ...defaultSettings, 'budget.perDayUsd': perDayUsd });
  return {
    ledger,
    budgets,
    warnings,
    async spend(id: string, usd = 0.1): Promise<boolean> {
      const lease = await budgets.reserve(share, usd);
      if (!lease) return false;
      ledger.add(receiptOf(id, usd, now()), lease.id);
      await budgets.settle(lease, usd);
      return true;
    },
    spentUsd: () => Math.round((budgets.list()[0]?.spentUsd ?? Number.NaN) * 1e6) / 1e6,
    reservedUsd: () => Math.round((budgets.list()[0]?.reservedUsd ?? Number.NaN) * 1e6) / 1e6,
  };
}

const idsIn = (folder: string): string[] => {
  const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
  try {
    return database
      .prepare('select id from answers order by id')
      .all()
      .map(({ id }) => String(id));
  } finally {
    database.close();
  }
};

const spender = fileURLToPath(new URL('../../support/ledger/spend.ts', import.meta.url));

/** Starts a process that spends; resolves with its lines when it has done so. */
async function spendElsewhere(folder: string, name: string, count: number, limitUsd: number) {
  const child: ChildProcess = spawn(
    process.execPath,
    [spender, folder, name, String(count), String(limitUsd)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines: string[] = [];
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += chunk;
    lines.splice(0, lines.length, ...text.split('\n').slice(0, -1));
    if (lines.includes('in flight') || lines.includes('over budget')) break;
  }
  return {
    lines,
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test('a killed process loses no row that it had reported, and what it had in flight counts in full', async () => {
  const folder = place();
  const { lines, kill } = await spendElsewhere(folder, 'a', 5, 10);
  assert.deepEqual(lines.toSorted(), ['a-0', 'a-1', 'a-2', 'a-3', 'a-4', 'in flight']);
  await kill();
  for (const _start of ['first', 'second']) {
    const window = open(folder, 0.7);
    assert.equal(window.spentUsd(), 0.6);
    assert.equal(window.ledger.spending('day').requests, 6);
    await until(() => idsIn(folder).length === 6);
    assert.equal(await window.spend('over', 0.2), false);
    assert.deepEqual(window.warnings, []);
    window.ledger.dispose();
  }
  assert.deepEqual(
    idsIn(folder).filter((id) => id.startsWith('a-')),
    ['a-0', 'a-1', 'a-2', 'a-3', 'a-4'],
  );
});

test('a window that runs sees that another one was killed', async () => {
  const folder = place();
  const window = open(folder, 10);
  const other = await spendElsewhere(folder, 'a', 2, 10);
  assert.deepEqual([window.spentUsd(), window.reservedUsd()], [0.2, 0.1]);
  await other.kill();
  await until(() => window.reservedUsd() === 0);
  assert.equal(window.spentUsd(), 0.3);
  window.ledger.dispose();
});

test('while another program holds the file, processes keep to the budget together, and the rows follow', async () => {
  const folder = place();
  open(folder).ledger.dispose();
  const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
  database.exec('begin immediate');
  const startedAt = performance.now();
  const others = await Promise.all(['a', 'b', 'c'].map((name) => spendElsewhere(folder, name, 8, 1.05)));
  const window = open(folder, 1.05);
  const own = await Promise.all(Array.from({ length: 8 }, (_, index) => window.spend(`d-${index}`)));
  const reported = others.flatMap(({ lines }) => lines);
  const answered = reported.filter((line) => /^[abc]-/.test(line)).length + own.filter(Boolean).length;
  const inFlight = reported.filter((line) => line === 'in flight').length;
  assert.ok(answered + inFlight <= 10, `${answered} answered and ${inFlight} in flight`);
  assert.ok(answered + inFlight >= 8, `only ${answered} answered and ${inFlight} in flight`);
  assert.ok(performance.now() - startedAt < 20_000);
  database.exec('rollback');
  database.close();
  await Promise.all(others.map(({ kill }) => kill()));
  await until(() => window.reservedUsd() === 0);
  await until(() => idsIn(folder).length === answered + inFlight);
  window.ledger.dispose();
});

test('no reservation and no row waits for the file', async () => {
  const folder = place();
  const window = open(folder);
  await window.spend('a');
  const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
  database.exec('pragma busy_timeout = 2000; begin immediate');
  let slowestMs = 0;
  for (let index = 0; index < 5; index += 1) {
    const startedAt = performance.now();
    assert.ok(await window.spend(`b-${index}`));
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
  }
  database.exec('rollback');
  database.close();
  assert.ok(slowestMs < 500, `${slowestMs} ms`);
  await until(() => idsIn(folder).length === 6);
  window.ledger.dispose();
});

test('a file that is none of SQLite’s is renamed, and the budget holds over restarts', async () => {
  const folder = place();
  writeFileSync(join(folder, 'ledger.sqlite'), Buffer.alloc(8_192, 0x41));
  const first = open(folder);
  assert.equal(first.warnings.length, 1);
  assert.match(first.warnings[0] ?? '', /damaged.+\.damaged-/);
  assert.deepEqual(first.ledger.problems(), first.warnings);
  for (let index = 0; index < 12; index += 1) await first.spend(`a-${index}`);
  assert.equal(first.spentUsd(), 1);
  first.ledger.dispose();
  assert.ok(readdirSync(folder).some((name) => name.startsWith('ledger.sqlite.damaged-')));
  const second = open(folder);
  assert.deepEqual([second.spentUsd(), second.warnings], [1, []]);
  assert.equal(await second.spend('b', 0.2), false);
  second.ledger.dispose();
});

test('a file that is damaged while windows use it is restored from their journals', async () => {
  const folder = place();
  const [one, other] = [open(folder, 10), open(folder, 10)];
  for (let index = 0; index < 4; index += 1)
    await Promise.all([one.spend(`a-${index}`), other.spend(`b-${index}`)]);
  await until(() => idsIn(folder).length === 8);
  const file = join(folder, 'ledger.sqlite');
  for (const part of ['', '-wal']) {
    const { size } = statSync(`${file}${part}`, { throwIfNoEntry: false }) ?? { size: 0 };
    if (size > 0) writeFileSync(`${file}${part}`, Buffer.alloc(size, 0x5a), { flag: 'r+' });
  }
  await one.spend('a-4');
  await other.spend('b-4');
  one.ledger.dispose();
  other.ledger.dispose();
  const again = open(folder, 10);
  assert.equal(again.spentUsd(), 1);
  assert.equal(again.ledger.spending('day').requests, 10);
  again.ledger.dispose();
  assert.equal(new Set(idsIn(folder)).size, 10);
});

test('a damaged file with rows that still read keeps them, and counts each once', async () => {
  const folder = place();
  const before = open(folder, 10);
  for (let index = 0; index < 4; index += 1) await before.spend(`a-${index}`);
  before.ledger.dispose();
  const file = join(folder, 'ledger.sqlite');
  const database = new DatabaseSync(file);
  // The counters cannot be read any more, and no journal is left of these rows.
  database.exec('pragma wal_checkpoint(truncate); pragma journal_mode = delete; drop table usage_counters;');
  database.close();
  for (const name of readdirSync(folder)) if (name.endsWith('.stored')) rmSync(join(folder, name));
  const bytes = readFileSync(file);
  // The header counts more pages than there are, and one of them holds nothing that SQLite knows.
  writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(4_096, 0x5a)]));
  writeFileSync(file, Buffer.from([0x00]), { flag: 'r+' });
  const window = open(folder, 10);
  assert.equal(window.warnings.length, 1);
  const restored = window.ledger.spending('day').requests;
  assert.ok(restored === 0 || restored === 4, `${restored} rows`);
  assert.equal(window.spentUsd(), restored / 10);
  window.ledger.dispose();
});

test('where the folder cannot be written another one is used, a restart included, and the user learns it once', async () => {
  const folder = join(place(), 'file');
  writeFileSync(folder, 'no folder');
  const first = open(folder);
  for (let index = 0; index < 12; index += 1) await first.spend(`a-${index}`);
  assert.equal(first.spentUsd(), 1);
  assert.equal(first.warnings.length, 1);
  assert.match(first.warnings[0] ?? '', /cannot be written .+ is recorded in .+ Free some space/);
  first.ledger.dispose();
  const second = open(folder);
  assert.equal(second.spentUsd(), 1);
  assert.equal(await second.spend('b', 0.2), false);
  second.ledger.dispose();
  // The folder is back.
  rmSync(folder);
  const third = open(folder);
  assert.equal(third.spentUsd(), 1);
  await until(() => idsIn(folder).length === 10);
  third.ledger.dispose();
  const fourth = open(folder);
  assert.equal(fourth.spentUsd(), 1);
  fourth.ledger.dispose();
});

test('where no folder can be written the budget holds in this window, and the sentence states what cannot be kept', async () => {
  const folder = join(place(), 'file');
  writeFileSync(folder, 'no folder');
  const blocked = join(place(), 'blocked');
  writeFileSync(blocked, 'no folder');
  const { TMPDIR, XDG_RUNTIME_DIR } = process.env;
  process.env['TMPDIR'] = blocked;
  process.env['XDG_RUNTIME_DIR'] = blocked;
  const window = open(folder);
  if (TMPDIR === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = TMPDIR;
  process.env['XDG_RUNTIME_DIR'] = XDG_RUNTIME_DIR;
  for (let index = 0; index < 12; index += 1) await window.spend(`a-${index}`);
  assert.equal(window.spentUsd(), 1);
  assert.ok(window.warnings.some((message) => /a restart forgets/.test(message)));
  window.ledger.dispose();
});

test('lines of a journal that cannot be read are skipped, and the others count', async () => {
  const folder = place();
  const window = open(folder, 10);
  await window.spend('a');
  const line = (value: object) => `${JSON.stringify(value)}\n`;
  const key = window.ledger.usage;
  assert.ok(key);
  writeFileSync(
    join(folder, 'ledger-999999999-00000000-0.jsonl'),
    [
      line({ type: 'owner', pid: 999_999_999, host: 'another', boot: '' }),
      '{"type":"settle","id":"x","amount":"much","keys":[]}\n',
      '\u0000\u0000\u0000\n',
      '{"type":"settle","id":"y","amount":1e400,"keys":[]}\n',
      line({ type: 'row', row: null }),
      line({ type: 'row', row: { ...rowOf('b'), at: now() } }),
      '{"type":"row","row":{"kind":"answer","id":"torn"',
    ].join(''),
  );
  await until(() => window.ledger.spending('day').requests === 2);
  assert.equal(window.spentUsd(), 0.1);
  window.ledger.dispose();
});

const rowOf = (id: string) => ({
  kind: 'answer',
  id,
  model: 'p/m',
  task: 'planning',
  role: null,
  input: 1,
  output: 1,
  cost_usd: 0,
  total_ms: 1,
  cached: 0,
});
