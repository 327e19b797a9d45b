/** Times startup: the server until it is initialised, the client until it is activated. */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Laboratory } from './laboratory.ts';
import { median } from './quantile.ts';
import type { Row } from './row.ts';

const rounds = 9;
const run = promisify(execFile);

export async function startRows({ startServer }: Laboratory): Promise<Row[]> {
  const started: number[] = [];
  const bare: number[] = [];
  const loaded: number[] = [];
  const activated: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let at = performance.now();
    const server = await startServer();
    started.push(performance.now() - at);
    await server.close();

    at = performance.now();
    await run(process.execPath, ['-e', '']);
    bare.push(performance.now() - at);

    const { stdout } = await run(process.execPath, [fileURLToPath(new URL('activate.ts', import.meta.url))]);
    const times = JSON.parse(stdout) as { loadMs: number; activateMs: number };
    loaded.push(times.loadMs);
    activated.push(times.activateMs);
  }
  const { size } = statSync(new URL('../../dist/client.cjs', import.meta.url));
  return [
    {
      what: 'server start to initialised',
      figure: median(started),
      unit: 'ms',
      aim: 250,
      note: `of it Node alone ${median(bare).toFixed(0)} ms`,
    },
    {
      what: 'loading dist/client.cjs',
      figure: median(loaded),
      unit: 'ms',
      note: `${(size / 1024).toFixed(0)} KiB`,
    },
    { what: 'activate()', figure: median(activated), unit: 'ms', aim: 50 },
  ];
}
