/** Debian packages that the tests need: installed with sufficient rights, otherwise named in an error. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folders } from './folders.ts';
import { onPath } from './on-path.ts';
import { type Report, SetUpError } from './report.mjs';

/** What a package is needed for, where there is no dpkg to ask whether it is there. */
const programs: Readonly<Record<string, string>> = {
  chromium: 'chromium',
  dbus: 'dbus-daemon',
  'dbus-x11': 'dbus-launch',
  'gnome-keyring': 'gnome-keyring-daemon',
};

/** Rejects with `SetUpError` when one is missing and cannot be installed. */
export async function ensurePackages(names: readonly string[], { step }: Report): Promise<void> {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const list = missing.join(' ');
  const apt = onPath('apt-get', process.env);
  if (!apt)
    throw new SetUpError(
      `The tests need ${list}: install them with your package manager, then run this again.`,
    );
  const privilege = mayInstall();
  if (!privilege) {
    throw new SetUpError(`The tests need ${list}: run "sudo apt-get install ${list}", then run this again.`);
  }
  await step(`Installing ${list} (apt)`, async () => {
    await aptGet([...privilege, apt, 'update'], list);
    await aptGet([...privilege, apt, 'install', '--yes', '--no-install-recommends', ...missing], list);
  });
}

function isInstalled(name: string): boolean {
  const query = onPath('dpkg-query', process.env);
  if (query) {
    const { stdout } = spawnSync(query, ['--status', name], { encoding: 'utf8' });
    return stdout.includes('Status: install ok installed');
  }
  const program = programs[name];
  return program === undefined || onPath(program, process.env) !== undefined;
}

/** What to put before apt-get; nothing at all when we may not. */
function mayInstall(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return [];
  const sudo = onPath('sudo', process.env);
  return sudo && spawnSync(sudo, ['--non-interactive', 'true']).status === 0 ? [sudo] : undefined;
}

async function aptGet([program = '', ...args]: readonly string[], list: string): Promise<void> {
  const child = spawn(program, [...args, '--option', 'DPkg::Lock::Timeout=300'], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      output += bytes.toString();
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  const log = join(folders.logs, 'apt.log');
  mkdirSync(folders.logs, { recursive: true });
  writeFileSync(log, output);
  const why = output.match(/^E: (.*)$/m)?.[1] ?? 'apt gave no reason';
  throw new SetUpError(
    `The tests need ${list}, which apt could not install: ${why}. The whole output of apt is in ${log}.`,
  );
}
