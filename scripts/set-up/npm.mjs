/** Runs npm, and turns the output of a failed run into one sentence. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SetUpError, Stopped } from './report.mjs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * @param {readonly string[]} args
 * @param {{ cwd: string, log: string, what: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<void>}
 */
export async function npm(args, { cwd, log, what, env = process.env }) {
  // `npm start` sets the path of npm in the environment; its settings for this package must not reach another one.
  const own = env.npm_execpath?.endsWith('npm-cli.js') ? env.npm_execpath : undefined;
  const [program, first] = own ? [process.execPath, [own]] : ['npm', []];
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_(?!config_)/.test(name)));
  const child = spawn(program, [...first, ...args, '--loglevel=warn'], {
    cwd,
    env: clean,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32' && !own,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      output += bytes;
    });
  }
  let stopped = false;
  const stop = () => {
    stopped = true;
    child.kill();
  };
  for (const signal of signals) process.on(signal, stop);
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(undefined));
    child.on('close', resolve);
  });
  for (const signal of signals) process.off(signal, stop);
  if (stopped) throw new Stopped();
  if (code === 0) return;
  if (code === undefined) {
    throw new SetUpError(
      'npm is missing: install Node.js 20 or newer together with npm, then run this again.',
    );
  }
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, output);
  throw new SetUpError(reason(output, what, log));
}

/** @param {string} output @param {string} what @param {string} log */
function reason(output, what, log) {
  const offline = output.match(
    /E(?:NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH)|ENOTCACHED/,
  );
  if (offline) {
    return `${what} could not be fetched: the npm registry cannot be reached (${offline[0]}). Connect this machine to the network, or name a mirror with "npm config set registry <address>", then run this again.`;
  }
  if (/ENOSPC/.test(output))
    return `${what} could not be installed: the disk is full. Free some space, then run this again.`;
  if (/E(?:ACCES|PERM|ROFS)\b/.test(output)) {
    return `${what} could not be installed: npm may not write here. Make this folder and npm's cache writable (npm's own words are in ${log}), then run this again.`;
  }
  const line = output.match(/npm (?:error|ERR!) (?!code)(\S.*)/)?.[1] ?? 'npm gave no reason';
  return `${what} could not be installed: ${line.trim().replace(/\.$/, '')}. The whole output of npm is in ${log}.`;
}
