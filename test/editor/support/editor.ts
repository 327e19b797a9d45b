/** One VS Code in a browser for the tests of a file: profile, workspace and window of its own. */
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'jsonc-parser';
import { userDataOf } from '../../../scripts/code-server/launch.ts';
import { projectFolder } from '../../../scripts/set-up/folders.ts';
import { type CodeServerOptions, startCodeServer } from '../../support/code-server.ts';
import { openPage } from './browser.ts';
import { fileName, output } from './output.ts';
import { packagedExtension } from './vsix.ts';
import { keybindings, timeoutMs, type Workbench, workbench } from './workbench.ts';

export type EditorWindowOptions = Pick<CodeServerOptions, 'settings' | 'env' | 'disableTrust'>;

export type EditorWindow = Workbench & {
  /** The folder that is open: a copy of the sample. */
  readonly workspace: string;
  readonly profile: string;
  /** Changes the user's settings.json in the editor and saves it. `undefined` removes a setting. */
  set(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** The user's settings.json. */
  settings(): Record<string, unknown>;
  /** Loads the window again, as after a restart of the editor. */
  reload(): Promise<void>;
  /** The console of the window and the log of code-server, with Rumbo's log channel where code-server writes one. */
  log(): string;
  close(): Promise<void>;
};

/** Starts it with the packaged extension; resolves when the extension is active. */
export async function openEditorWindow(options: EditorWindowOptions): Promise<EditorWindow> {
  const workspace = mkdtempSync(join(tmpdir(), 'rumbo-workspace-'));
  cpSync(join(projectFolder, 'samples'), workspace, { recursive: true });
  const server = await startCodeServer({ workspace, vsix: packagedExtension(), ...options });
  writeFileSync(join(userDataOf(server.profile), 'User', 'keybindings.json'), JSON.stringify(keybindings));
  const settingsFile = join(userDataOf(server.profile), 'User', 'settings.json');
  const { page, close } = await openPage(server.url);
  const window = workbench(page);
  const consoleLines: string[] = [];
  page.on('console', (message) => consoleLines.push(`[${message.type()}] ${message.text()}`));
  const ready = () => window.status('Rumbo').waitFor({ timeout: 2 * timeoutMs });
  const editor: EditorWindow = {
    ...window,
    workspace,
    profile: server.profile,
    async set(settings) {
      const text = JSON.stringify({ ...editor.settings(), ...settings }, null, 2);
      await window.command('Preferences: Open User Settings (JSON)');
      await window.paste(`vscode-remote:${settingsFile}`, text);
      await page.keyboard.press('Control+S');
      await window.until(
        async () => readFileSync(settingsFile, 'utf8'),
        (saved) => saved === text,
        'settings.json was not saved',
      );
      await window.reset();
    },
    // While the editor writes the file it is empty.
    settings: () => parse(readFileSync(settingsFile, 'utf8')) ?? {},
    async reload() {
      await page.reload();
      await ready();
    },
    log: () => [...consoleLines, server.log(), ...logsIn(server.profile)].join('\n'),
    async close() {
      await close();
      await server.stop();
      rmSync(workspace, { recursive: true, force: true });
    },
  };
  try {
    await page.goto(server.url);
    await ready();
    return editor;
  } catch (error) {
    await saveEvidence(editor, 'the editor did not open');
    await editor.close();
    throw error;
  }
}

/** Runs after the tests of this file, in reverse order. */
export type OnTeardown = (end: () => Promise<unknown>) => void;

/** Tests that share one editor, one after the other; a failure leaves a picture and the log in test/out. */
export function scenarios(open: (onTeardown: OnTeardown) => Promise<EditorWindow>) {
  const teardowns: (() => Promise<unknown>)[] = [];
  let editor: EditorWindow | undefined;
  before(async () => {
    editor = await open((end) => void teardowns.unshift(end));
  });
  after(async () => {
    await editor?.close();
    for (const end of teardowns) await end();
  });
  return (name: string, work: (editor: EditorWindow) => Promise<void>): void =>
    void test(name, { timeout: 120_000 }, async () => {
      if (!editor) throw new Error('The editor did not open.');
      try {
        await editor.reset();
        await work(editor);
      } catch (error) {
        await saveEvidence(editor, name);
        throw error;
      }
    });
}

/** Saves a screenshot and the log of a failure. */
export async function saveEvidence(
  editor: Pick<EditorWindow, 'screenshot' | 'log'>,
  name: string,
): Promise<void> {
  const file = `failed-${fileName(name)}`;
  await editor.screenshot(file).catch(() => undefined);
  writeFileSync(output(`${file}.log`), editor.log());
}

function logsIn(profile: string): string[] {
  const cwd = userDataOf(profile);
  return globSync('logs/**/*{rumbo,Rumbo}*{,/*}.log', { cwd }).map((file) =>
    readFileSync(join(cwd, file), 'utf8'),
  );
}
