/** Desktop VS Code, as its `code` command opens it. https://code.visualstudio.com/docs/configure/command-line */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { extensionsOf, userDataOf } from '../code-server/launch.ts';
import { projectFolder } from '../set-up/folders.ts';
import { onPath } from '../set-up/on-path.ts';
import type { Editor, EditorOptions } from './opened.ts';

/** Longer than a `code` that cannot open a window takes to exit. Milliseconds. */
const settleMs = 1_500;

/** The path of `code`, where it can open a window on this machine. */
export function desktopCode(env: NodeJS.ProcessEnv): string | undefined {
  if (process.platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return undefined;
  if (env['WSL_DISTRO_NAME']) return undefined; // There it is the code of Windows, which cannot see this folder.
  const code = onPath('code', env);
  return code && !realpathSync(code).includes('remote-cli') ? code : undefined;
}

/** Resolves with nothing if no window opened, which has been reported then. */
export async function openOnDesktop(
  code: string,
  { profile, workspace, report }: EditorOptions,
): Promise<Editor | undefined> {
  const userData = userDataOf(profile);
  const { VSCODE_IPC_HOOK_CLI: _hook, ELECTRON_RUN_AS_NODE: _asNode, ...env } = process.env;
  const child = spawn(
    code,
    [
      ...['--new-window', '--wait', '--disable-workspace-trust', '--skip-welcome'],
      ...['--user-data-dir', userData, '--extensions-dir', extensionsOf(profile)],
      `--extensionDevelopmentPath=${projectFolder}`,
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      workspace,
    ],
    { env, stdio: ['ignore', 'ignore', 'ignore'], shell: process.platform === 'win32' },
  );
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (status) => resolve(status ? `it ended with code ${status}` : undefined));
  });
  const complaint = await Promise.race([ended, sleep(settleMs, undefined, { ref: false })]);
  if (complaint) {
    report.line(`VS Code did not open on the desktop (${complaint}), so it opens in the browser.`);
    return undefined;
  }
  report.line('\n  Rumbo is open in VS Code, with a profile of its own.\n');
  return {
    address: {},
    ended: ended.then((late) => late && `VS Code has ended: ${late}.`),
    async close() {
      child.kill();
      endWindow(userData);
    },
  };
}

/** The command only waits for the window's process, which stores its process id in the profile. */
function endWindow(userData: string): void {
  const lock = join(userData, 'code.lock');
  const pid = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
  if (!pid) return;
  try {
    process.kill(pid);
  } catch {
    // It has already ended.
  }
}
