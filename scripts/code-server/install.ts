/** Fetches code-server, a VS Code for the browser, on first use. */
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { folders } from '../set-up/folders.ts';
import { npm } from '../set-up/npm.mjs';
import { installOnDemand } from '../set-up/on-demand.ts';
import type { Report } from '../set-up/report.mjs';

const what = 'code-server';
const fileLog = 'file-log.cjs';

/** The path of code-server's entry point. */
export async function installCodeServer(report: Report): Promise<string> {
  await installOnDemand(
    {
      what,
      note: 'code-server (VS Code for the browser, about a minute)',
      from: import.meta.dirname,
      to: folders.codeServer,
      files: [fileLog],
      // Its own scripts need a compiler; what they build is optional.
      args: ['--ignore-scripts'],
      finish: installInnerPackages,
    },
    report,
  );
  return join(folders.codeServer, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
}

/** Installs, like its install script, the packages of VS Code and of its built-in extensions. */
async function installInnerPackages(folder: string): Promise<void> {
  const vscode = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  for (const cwd of [vscode, join(vscode, 'extensions')]) {
    await npm(['install', '--omit=dev', '--ignore-scripts'], {
      cwd,
      what,
      log: join(folders.logs, 'npm.log'),
    });
  }
  copyFileSync(join(folder, fileLog), join(vscode, 'node_modules', '@vscode', 'spdlog', 'index.js'));
  const github = join(vscode, 'node_modules', '@github');
  for (const name of readdirSync(github)) {
    if (name.startsWith('copilot-sdk-')) rmSync(join(github, name), { recursive: true }); // A bundled runtime, 200 MB.
  }
}
