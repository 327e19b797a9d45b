/** Memory of the server after many requests, compared with after a few. */
import { execFileSync } from 'node:child_process';
import { ask } from '../../shared/protocol.ts';
import { type Laboratory, model } from './laboratory.ts';
import { promptOf } from './prompts.ts';
import { median } from './quantile.ts';
import type { Row } from './row.ts';

const some = 1_000;
/** Requests at a time: the concurrency limit of a local provider. */
const lanes = 2;
/** Garbage collection varies: the figure is the median of readings over this many requests before. */
const readings = 5;
const readingEvery = 50;

/** @param many requests in all; each has another prompt, so the response cache fills as in use */
export async function memoryRows({ startServer }: Laboratory, many: number): Promise<Row[]> {
  const server = await startServer();
  try {
    let sentCount = 0;
    const askUntil = async (count: number): Promise<void> => {
      const lane = async () => {
        while (sentCount < count)
          await server.connection.sendRequest(ask, {
            prompt: promptOf(sentCount++),
            model: `whole/${model}`,
          });
      };
      await Promise.all(Array.from({ length: lanes }, lane));
    };
    const memoryAfter = async (count: number): Promise<number> => {
      const megabytes: number[] = [];
      for (let left = readings - 1; left >= 0; left--) {
        await askUntil(count - left * readingEvery);
        megabytes.push(residentMegabytes(server.pid));
      }
      return median(megabytes);
    };
    const before = residentMegabytes(server.pid);
    const early = await memoryAfter(some);
    const late = await memoryAfter(many);
    const note = `${before.toFixed(0)} MB at the start, ${early.toFixed(0)} MB after ${some}`;
    return [
      { what: `server memory after ${many} requests`, figure: late, unit: 'MB', aim: 150, note },
      { what: `the same against after ${some}`, figure: late / early, unit: '×', aim: 1.2 },
    ];
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    return [
      { what: 'server memory', figure: null, unit: 'MB', note: 'this system has no ps to read it with' },
    ];
  } finally {
    await server.close();
  }
}

/** Of a process. Throws where there is no `ps`. */
export const residentMegabytes = (pid: number): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
