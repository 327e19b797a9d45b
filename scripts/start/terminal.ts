/** `npm start -- <command>`: runs the command-line program, with the practice engine if no other model is available. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { type PracticeEngine, startPracticeEngine } from '../practice/start.ts';
import { folders, projectFolder } from '../set-up/folders.ts';
import { type Report, SetUpError } from '../set-up/report.mjs';
import { needsPractice } from './needs-practice.ts';

/** Resolves with the command's exit code. */
export async function runTerminal(args: readonly string[], report: Report): Promise<number> {
  if (!wantsAnswer(args) || !(await needsPractice(process.env))) return command(args);
  const practice = await start(report);
  if (!practice) return command(args);

  const config = join(folders.practice, `config-${process.pid}.json`);
  try {
    mkdirSync(folders.practice, { recursive: true });
    writeFileSync(config, JSON.stringify(practice.config, null, 2));
    return await command([...args, '--config', config]);
  } finally {
    rmSync(config, { force: true });
    await practice.close();
  }
}

/** A config of the user’s own names the models, and help needs none. */
function wantsAnswer(args: readonly string[]): boolean {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  return !options.some((arg) => /^(?:--config(?:=.*)?|--help|-h|--version)$/.test(arg)) && args[0] !== 'help';
}

async function start(report: Report): Promise<PracticeEngine | undefined> {
  try {
    const practice = await startPracticeEngine({ report });
    report.line(
      'No key and no local engine found: the practice engine answers, a toy model with canned replies.',
    );
    return practice;
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    report.line(`${error.message} Continuing without it.`);
    return undefined;
  }
}

async function command(args: readonly string[]): Promise<number> {
  const { npm_lifecycle_event: event, INIT_CWD: where } = process.env;
  const child = spawn(process.execPath, [join(projectFolder, 'scripts', 'terminal', 'main.ts'), ...args], {
    cwd: event === 'start' && where ? where : process.cwd(),
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  process.on('disconnect', () => child.kill());
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}
