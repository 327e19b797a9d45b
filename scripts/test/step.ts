/** Runs one step of `npm test`: its output passes through as it comes, and node:test's totals are read from it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { projectFolder } from '../set-up/folders.ts';
import { Stopped } from '../set-up/report.mjs';
import { countTests, type Totals } from './totals.ts';

export interface Step {
  /** As `npm test -- <name>` calls it. */
  name: string;
  title: string;
  command: readonly [string, ...string[]];
  /** The tests it runs; without any the step is left out. Absent: it needs none. */
  files?: readonly string[];
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StepResult extends Totals {
  name: string;
  ok: boolean;
  seconds: number;
}

export async function runStep({ name, title, command: [program, ...args] }: Step): Promise<StepResult> {
  process.stdout.write(`\n── ${title} (${name}) ──\n\n`);
  const started = performance.now();
  const child = spawn(program, args, { cwd: projectFolder, stdio: ['ignore', 'pipe', 'inherit'] });
  let stopped = false;
  const stop = () => {
    stopped = true;
    child.kill();
  };
  for (const signal of signals) process.on(signal, stop);
  const totals = countTests();
  child.stdout.on('data', (bytes: Buffer) => {
    totals.read(bytes.toString());
    process.stdout.write(bytes);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  for (const signal of signals) process.off(signal, stop);
  if (stopped) throw new Stopped();
  const seconds = (performance.now() - started) / 1000;
  const { passed, failed } = totals.end();
  process.stdout.write(`\n── ${name}: ${code === 0 ? 'ok' : 'failed'} after ${seconds.toFixed(1)} s ──\n`);
  // A step that fails without a failing test (a lint, a crash) counts as one.
  return { name, seconds, passed, ok: code === 0, failed: code !== 0 && failed === 0 ? 1 : failed };
}
