/** Installs optional packages into a folder of their own, once per lockfile. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folders } from './folders.ts';
import { oneAtATime } from './lock.mjs';
import { npm } from './npm.mjs';
import type { Report } from './report.mjs';

export interface OnDemand {
  /** The name in messages; begins the sentence of a failure. */
  what: string;
  /** Shown while it is being installed. */
  note: string;
  /** Has the committed package.json and package-lock.json. */
  from: string;
  to: string;
  /** Files of `from` that are copied too, for `finish` to use. */
  files?: readonly string[];
  args: readonly string[];
  /** Steps that follow npm's own install. */
  finish?: (folder: string) => Promise<void>;
}

/** Returns at once when it is installed already; otherwise one process installs and others wait for it. */
export async function installOnDemand(wanted: OnDemand, { step }: Report): Promise<void> {
  const { what, note, from, to, args, finish } = wanted;
  const files = ['package.json', 'package-lock.json', ...(wanted.files ?? [])];
  const digest = createHash('sha256');
  for (const file of files) digest.update(readFileSync(join(from, file)));
  const wantedStamp = digest.update(JSON.stringify(args)).digest('hex');
  const stamp = join(to, 'node_modules', '.rumbo-stamp');
  const isThere = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wantedStamp;
  if (isThere()) return;

  mkdirSync(to, { recursive: true });
  await oneAtATime(`${to}.lock`, async () => {
    if (isThere()) return;
    await step(`Installing ${note}, once`, async () => {
      for (const file of files) copyFileSync(join(from, file), join(to, file));
      await npm(['ci', ...args], { cwd: to, what, log: join(folders.logs, 'npm.log') });
      await finish?.(to);
      writeFileSync(stamp, wantedStamp);
    });
  });
}
