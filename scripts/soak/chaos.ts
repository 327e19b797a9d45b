/**
 * Thousands of requests from several windows while the ledger is locked, the disk fills up, windows are killed and suspended, clocks
 * jump and a hostile workspace changes settings: what was spent beside the budget, and each row of the ledger.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { effectiveSettings } from '../../client/settings/effective-settings.ts';
import type { AskResult } from '../../shared/protocol.ts';
import { onlyProviders } from '../../test/support/faults/servers.ts';
import { costUsd, price, startBillingService, tokens } from './billing.ts';
import { hostileWorkspaces } from './hostile-workspace.ts';
import { openWindow, type Window } from './windows.ts';

export type Chaos = {
  readonly requests: number;
  readonly answered: number;
  /** Requests that the service accepted. */
  readonly chats: number;
  /** US dollars that the service billed on a day beyond the budget of that day, the worst of all rounds. */
  readonly overspentUsd: number;
  /**
   * US dollars that the service billed and that neither the ledger nor a reservation holds at the end, without requests that
   * came too late: the ledger estimates what they cost, and only budgets count what the service may have written.
   */
  readonly unaccountedUsd: number;
  /** Answers whose receipt is no row of the ledger. */
  readonly rowsLost: number;
  /** Answers that have more rows than attempts. */
  readonly rowsTwice: number;
  /** Milliseconds to the slowest answer of `rumbo/status` while a disturbance went on, suspended windows aside. */
  readonly slowestStatusMs: number;
  /** By name, how often each disturbance happened. */
  readonly disturbances: ReadonlyMap<string, number>;
  /** The error messages other than “over budget”, and how often each occurred. */
  readonly failures: ReadonlyMap<string, number>;
  /** The folder was on a disk of its own, which could be filled. */
  readonly hadOwnDisk: boolean;
};

/** Requests of one round, after which the account is compared with the budget. */
const perRound = 200;
/** Of them the budget pays for so many. */
const paidPerRound = 180;
const hourMs = 3_600_000;

export async function chaos({
  requests,
  windows = 2,
}: {
  requests: number;
  windows?: number;
}): Promise<Chaos> {
  const disk = ownDisk();
  const folder = join(disk.folder, 'storage');
  const clockFolder = mkdtempSync(join(tmpdir(), 'rumbo-clock-'));
  const clockFile = join(clockFolder, 'offset');
  let offsetMs = 0;
  const setClock = (ms: number): void => {
    offsetMs = ms;
    writeFileSync(clockFile, String(ms));
  };
  setClock(0);
  const today = (): string => new Date(Date.now() + offsetMs).toDateString();
  const service = await startBillingService(today);
  const failures = new Map<string, number>();
  const disturbances = new Map<string, number>();
  const results: AskResult[] = [];
  const budgets = new Map<string, number>();
  let workspace: Readonly<Record<string, unknown>> = {};
  const settings = () => settingsOf(service.baseUrl, budgets.get(today()) ?? 0, workspace);
  const refused = (message: string): void => {
    if (!message.includes('rumbo.budget.')) failures.set(message, (failures.get(message) ?? 0) + 1);
  };
  const open = () => openWindow({ folder, clockFile, model: 'c/m', settings, refused });
  const all: Window[] = [];
  let overspentUsd = 0;
  let slowestStatusMs = 0;
  let sent = 0;
  try {
    for (let left = windows; left > 0; left -= 1) all.push(await open());
    const apply = () => Promise.all(all.map((window) => window.change(settings())));
    const disturb: Readonly<Record<string, () => Promise<void>>> = {
      'nothing happens': async () => {},
      'the ledger is locked': () => lock(join(folder, 'ledger.sqlite'), 1_500),
      'a window is killed': async () => all[sent % all.length]?.kill(),
      'the disk is full': async () => disk.fill(600),
      'a window is suspended': async () => all[0]?.suspend(1_000),
      'a hostile workspace opens': async () => {
        workspace = hostileWorkspaces[sent % hostileWorkspaces.length] ?? {};
        await apply();
        await sleep(100);
        workspace = {};
        await apply();
      },
    };
    const clocks = [0, hourMs, -hourMs, 24 * hourMs, 0, 25 * hourMs, 24 * hourMs, 48 * hourMs, 0];
    for (let round = 0; sent < requests; round += 1) {
      // Requests are at rest here, so that each belongs to one day.
      setClock(clocks[Math.floor(round / 2) % clocks.length] ?? 0);
      await sleep(120);
      budgets.set(today(), (service.billed.get(today()) ?? 0) + paidPerRound * costUsd);
      await apply();
      const names = Object.keys(disturb);
      const name = names[round % names.length] ?? '';
      disturbances.set(name, (disturbances.get(name) ?? 0) + 1);
      const end = Math.min(requests, sent + perRound);
      const lane = async (index: number): Promise<void> => {
        while (sent < end) {
          sent += 1;
          const result = await all[index % all.length]?.ask(`Case ${sent}.`);
          if (result) results.push(result);
        }
      };
      const lanes = Promise.all(Array.from({ length: 4 * all.length }, (_, index) => lane(index)));
      await sleep(30);
      const disturbed = disturb[name]?.();
      const isAwake = name !== 'a window is suspended' && name !== 'a window is killed';
      if (isAwake) slowestStatusMs = Math.max(slowestStatusMs, await slowestStatus(all));
      await Promise.all([lanes, disturbed]);
      overspentUsd = Math.max(overspentUsd, (service.billed.get(today()) ?? 0) - (budgets.get(today()) ?? 0));
    }
    const accounted = await closeAll(all, open);
    const billedUsd = [...service.billed.values()].reduce((sum, usd) => sum + usd, 0);
    const rows = readRows(folder);
    const own = (id: string) => rows.filter((row) => row.id === id || row.id.startsWith(`${id}-`));
    const spentUsd = rows.reduce((sum, row) => sum + row.costUsd, 0);
    const counts = results.map(({ receipt }) => [own(receipt.id).length, receipt.attempts.length] as const);
    return {
      requests: sent,
      answered: results.length,
      chats: service.chats(),
      overspentUsd: rounded(Math.max(0, overspentUsd)),
      unaccountedUsd: rounded(
        Math.max(0, billedUsd - spentUsd - accounted.reservedUsd - lateCount(failures) * costUsd),
      ),
      rowsLost: counts.filter(([found]) => found === 0).length,
      rowsTwice: counts.filter(([found, attempts]) => found > attempts).length,
      slowestStatusMs,
      disturbances,
      failures,
      hadOwnDisk: disk.isOwn,
    };
  } finally {
    await Promise.all(all.map((window) => window.close()));
    await service.close();
    disk.remove();
    rmSync(clockFolder, { recursive: true, force: true });
  }
}

/** Requests whose answer did not begin in time. */
const lateCount = (failures: ReadonlyMap<string, number>): number =>
  [...failures].reduce((sum, [message, times]) => sum + (/^c did not begin/.test(message) ? times : 0), 0);

/** Without the errors of adding up. */
const rounded = (usd: number): number => Math.round(usd * 1e6) / 1e6;

/** The user's settings as the client narrows them by a workspace's. */
function settingsOf(baseUrl: string, budgetUsd: number, workspace: Readonly<Record<string, unknown>>) {
  const user: Readonly<Record<string, unknown>> = {
    models: { 'c/m': { price, maxOutputTokens: tokens.output } },
    'budget.perDayUsd': budgetUsd,
    'cache.enabled': false,
  };
  const effective = effectiveSettings((key) => ({ globalValue: user[key], workspaceValue: workspace[key] }));
  return onlyProviders(
    { c: { kind: 'openai-compatible', baseUrl, source: 'api', models: ['m'] } },
    Object.fromEntries(Object.entries(effective).map(([key, value]) => [`rumbo.${key}`, value])),
  );
}

/** Holds the write lock of a SQLite file, as a backup or a viewer does. */
async function lock(file: string, ms: number): Promise<void> {
  const database = new DatabaseSync(file);
  try {
    database.exec('pragma busy_timeout = 2000; begin immediate');
    await sleep(ms);
    database.exec('rollback');
  } catch {
    // The windows write all the time: this round goes on without the lock.
  } finally {
    database.close();
  }
}

/** Milliseconds to the slowest of a few status requests of each window. */
async function slowestStatus(windows: readonly Window[]): Promise<number> {
  let slowest = 0;
  for (let left = 10; left > 0; left -= 1) {
    for (const window of windows) {
      const startedAt = performance.now();
      await window.status();
      slowest = Math.max(slowest, performance.now() - startedAt);
    }
    await sleep(50);
  }
  return slowest;
}

/** Closes the windows, and opens one more that takes over what killed ones left. */
async function closeAll(
  all: Window[],
  open: () => Promise<Window>,
): Promise<{ readonly reservedUsd: number }> {
  await Promise.all(all.splice(0).map((window) => window.close()));
  const last = await open();
  all.push(last);
  await sleep(500);
  const { budgets } = await last.status();
  const [perDay] = budgets;
  all.splice(0);
  await last.close();
  return { reservedUsd: perDay?.reservedUsd ?? 0 };
}

function readRows(folder: string): { readonly id: string; readonly costUsd: number }[] {
  const database = new DatabaseSync(join(folder, 'ledger.sqlite'), { readOnly: true });
  try {
    return database
      .prepare('select id, cost_usd from answers')
      .all()
      .map(({ id, cost_usd: usd }) => ({ id: String(id), costUsd: Number(usd ?? 0) }));
  } finally {
    database.close();
  }
}

type Disk = {
  readonly folder: string;
  /** It has a limited size and can be filled. */
  readonly isOwn: boolean;
  /** Leaves no space for some milliseconds. */
  fill(ms: number): Promise<void>;
  remove(): void;
};

/** A small disk in memory where the system allows to mount one (Linux, root); else a folder, which is never full. */
function ownDisk(): Disk {
  const folder = mkdtempSync(join(tmpdir(), 'rumbo-chaos-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return {
      folder,
      isOwn: false,
      fill: async () => {},
      remove: () => rmSync(folder, { recursive: true, force: true }),
    };
  }
  const filler = join(folder, 'filler');
  return {
    folder,
    isOwn: true,
    async fill(ms) {
      for (let size = 64 << 20; size >= 4_096; size >>= 1) {
        try {
          writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
        } catch {
          // The rest is smaller.
        }
      }
      await sleep(ms);
      rmSync(filler, { force: true });
    },
    remove() {
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
