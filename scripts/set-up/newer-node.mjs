/** Goes on under Node 24, which runs TypeScript as it is. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetUpError } from './report.mjs';

const project = fileURLToPath(new URL('../..', import.meta.url));
const wanted = 24;

/**
 * Resolves with the exit code of `script`, which gets this process's terminal and ends when it does.
 * @param {string} script path from the project's folder
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
export function continueUnderNode24(script, args) {
  const node = newerNode();
  const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) };
  const child = spawn(node, [join(project, script), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal's Ctrl-C reaches the whole group by itself.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  endWithNpm(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/**
 * npm starts us through a shell; when npm is ended, only the shell hears of it.
 * @param {() => void} end
 */
function endWithNpm(end) {
  const parent = process.ppid;
  if (!process.env.npm_lifecycle_event) return;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, 500).unref();
}

function newerNode() {
  const own = join(
    project,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(own)) return own;
  if (Number.parseInt(process.versions.node, 10) >= wanted) return process.execPath;
  throw new SetUpError(
    `Node ${wanted} is missing from node_modules, perhaps because npm is configured to ignore scripts: run "npm rebuild node --ignore-scripts=false", then run this again.`,
  );
}
