/** Compares this build with another one, in pairs within one run, so that a noisy moment of the machine affects both. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask, status } from '../../shared/protocol.ts';
import type { TerminalServer } from '../terminal/server.ts';
import { type Laboratory, model } from './laboratory.ts';
import { residentMegabytes } from './memory.ts';
import { promptOf } from './prompts.ts';
import { median } from './quantile.ts';
import type { Row } from './row.ts';

const pairs = 5;
/** Requests before and within one measurement of CPU, and how many are in flight at a time. */
const warmUp = 500;
const measured = 2_000;
const concurrency = 32;
/** Requests before memory is read. */
const manyRequests = 20_000;

/** The server's bundle in the folder of a build. Throws an `Error` with one sentence when there is none. */
export function programIn(folder: string): string {
  const program = resolve(folder, 'dist', 'server.cjs');
  if (!existsSync(program)) throw new Error(`${folder} holds no dist/server.cjs. Build it there first.`);
  return program;
}

/**
 * Ratios of this build to the other: CPU per request, time to start, memory. Median of five pairs; the memory row is
 * one pair, since 20 000 requests take long.
 */
export async function againstRows(lab: Laboratory, otherFolder: string): Promise<Row[]> {
  const programs = {
    own: programIn(fileURLToPath(new URL('../..', import.meta.url))),
    other: programIn(otherFolder),
  };
  const measure = async (of: (program: string) => Promise<number>, count: number) => {
    const own: number[] = [];
    const other: number[] = [];
    for (let pair = 0; pair < count; pair++) {
      // Each pair begins with another build: the machine is warmer for the second one.
      const order = pair % 2 === 0 ? (['own', 'other'] as const) : (['other', 'own'] as const);
      for (const name of order) (name === 'own' ? own : other).push(await of(programs[name]));
    }
    return {
      ratio: median(own.map((figure, index) => figure / (other[index] ?? Number.NaN))),
      own: median(own),
      other: median(other),
    };
  };

  const start = await measure((program) => startMs(lab, program), 2 * pairs);
  const ready = await measure((program) => readyMs(lab, program), 2 * pairs);
  const cpu = await measure((program) => cpuPerRequestMs(lab, program), pairs);
  const memory = await measure((program) => memoryMegabytes(lab, program), 1);
  const row = (what: string, { ratio, own, other }: typeof cpu, unit: string, aim?: number): Row => ({
    what,
    figure: ratio,
    unit: '×',
    ...(aim === undefined ? {} : { aim }),
    note: `${own.toFixed(2)} against ${other.toFixed(2)} ${unit}`,
  });
  return [
    row('CPU of the server per request', cpu, 'ms', 0.35),
    row('server start to initialised', start, 'ms', 0.7),
    row('server start to its first status', ready, 'ms'),
    row(`server memory after ${manyRequests} requests`, memory, 'MB', 0.85),
  ];
}

async function withServer<Result>(
  lab: Laboratory,
  program: string,
  run: (server: TerminalServer) => Promise<Result>,
): Promise<Result> {
  const server = await lab.startServer(program);
  try {
    return await run(server);
  } finally {
    await server.close();
  }
}

async function startMs(lab: Laboratory, program: string): Promise<number> {
  const startedAt = performance.now();
  return withServer(lab, program, async () => performance.now() - startedAt);
}

/** Milliseconds until it has its settings and answers a request. */
async function readyMs(lab: Laboratory, program: string): Promise<number> {
  const startedAt = performance.now();
  return withServer(lab, program, async ({ connection }) => {
    await connection.sendRequest(status);
    return performance.now() - startedAt;
  });
}

const cpuPerRequestMs = (lab: Laboratory, program: string): Promise<number> =>
  withServer(lab, program, async (server) => {
    await askMany(server, warmUp, false);
    const before = cpuMs(server.pid);
    await askMany(server, measured, false);
    return (cpuMs(server.pid) - before) / measured;
  });

const memoryMegabytes = (lab: Laboratory, program: string): Promise<number> =>
  withServer(lab, program, async (server) => {
    await askMany(server, manyRequests, true);
    return residentMegabytes(server.pid);
  });

/** @param useCache whether answers fill the cache, as they do in use; every request has another prompt in either case */
async function askMany(server: TerminalServer, count: number, useCache: boolean): Promise<void> {
  let sent = 0;
  const lane = async () => {
    while (sent < count)
      await server.connection.sendRequest(ask, {
        prompt: promptOf(sent++),
        model: `whole/${model}`,
        useCache,
      });
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

/** User and system time of a process, all threads. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return (ticks / ticksPerSecond) * 1_000;
}

/** Clock ticks per second, the same on every Linux that Node supports (`getconf CLK_TCK`). */
const ticksPerSecond = 100;
