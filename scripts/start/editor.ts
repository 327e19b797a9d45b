/** `npm start`: opens VS Code on the sample workspace and stays until Ctrl-C, or until its window is closed. */
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { copyExtension } from '../code-server/copy-extension.ts';
import { extensionsOf, userDataOf } from '../code-server/launch.ts';
import { type Change, quiet, writeSettings } from '../set-up/editor-settings.ts';
import { folders, projectFolder } from '../set-up/folders.ts';
import { type Report, SetUpError } from '../set-up/report.mjs';
import { openInBrowser } from './browser.ts';
import { desktopCode, openOnDesktop } from './desktop.ts';
import { needsPractice } from './needs-practice.ts';
import { keepPractice } from './practice.ts';
import { claim } from './running.ts';

/** Resolves with the exit code. */
export async function openEditor(report: Report): Promise<number> {
  const endRequested = whenEndRequested();
  const running = await claim();
  if ('other' in running) {
    copyExtension(projectFolder, extensionsOf(profiles.browser)); // For when its window is reloaded.
    report.line(running.other);
    return 0;
  }
  const closing: (() => void | Promise<void>)[] = [running.release];
  try {
    const practice = (await needsPractice(process.env)) ? await keepPractice(report, writeAll) : undefined;
    if (practice) closing.unshift(() => practice.close());
    else writeAll([[['rumbo.providers', 'practice'], undefined]]);

    const workspace = sampleWorkspace();
    const code = desktopCode(process.env);
    const editor =
      (code && (await openOnDesktop(code, { profile: profiles.desktop, workspace, report }))) ||
      (await openInBrowser({ profile: profiles.browser, workspace, report }));
    closing.unshift(() => editor.close());
    running.recordAddress(editor.address);
    report.line('Ctrl-C here ends it.');

    const complaint = await Promise.race([endRequested, editor.ended]);
    if (complaint) throw new SetUpError(complaint);
    return 0;
  } finally {
    for (const close of closing) await close();
  }
}

/** A profile for each kind of VS Code: they load the extension from different folders. */
const profiles = {
  desktop: join(folders.own, 'profile', 'desktop'),
  browser: join(folders.own, 'profile', 'browser'),
};

function writeAll(changes: readonly Change[]): void {
  for (const profile of Object.values(profiles)) writeSettings(userDataOf(profile), ownSettings, changes);
}

const ownSettings = {
  ...quiet,
  'workbench.startupEditor': 'readme',
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
};

/** A copy, so that trying things out does not change the project. */
function sampleWorkspace(): string {
  const workspace = join(folders.own, 'workspace');
  if (!existsSync(workspace)) cpSync(join(projectFolder, 'samples'), workspace, { recursive: true });
  return workspace;
}

/** Resolves at Ctrl-C, SIGTERM, a closed terminal, or the end of the parent. */
function whenEndRequested(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => resolve(undefined));
    process.on('disconnect', () => resolve(undefined));
  });
}
