/** VS Code in the browser: code-server on loopback. */
import { spawn } from 'node:child_process';
import { copyExtension } from '../code-server/copy-extension.ts';
import { installCodeServer } from '../code-server/install.ts';
import { extensionsOf, launchCodeServer } from '../code-server/launch.ts';
import { projectFolder } from '../set-up/folders.ts';
import { onPath } from '../set-up/on-path.ts';
import type { Editor, EditorOptions } from './opened.ts';

export async function openInBrowser({ profile, workspace, report }: EditorOptions): Promise<Editor> {
  const entry = await installCodeServer(report);
  copyExtension(projectFolder, extensionsOf(profile));
  const server = await launchCodeServer({ entry, profile, args: ['--disable-workspace-trust'] });
  const url = `${server.origin}/?folder=${encodeURI(workspace)}`;
  report.line(`\n  Rumbo is open in VS Code at ${url}\n`);
  openBrowser(url);
  return { ended: server.ended, address: { url, pid: server.pid }, close: () => server.stop() };
}

/** If there is a browser; the address has been printed in any case. */
function openBrowser(url: string): void {
  const { platform, env } = process;
  if (env['CI']) return;
  const opener = platform === 'darwin' ? 'open' : platform === 'win32' ? 'explorer' : 'xdg-open';
  const hasScreen = platform !== 'linux' || env['DISPLAY'] || env['WAYLAND_DISPLAY'];
  if (!hasScreen || !onPath(opener, env)) return;
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
