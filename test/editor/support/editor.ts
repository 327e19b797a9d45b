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
  /** Changes settings.json of the user in the editor and saves it. `undefined` takes a setting out. */
  set(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** What settings.json of the user says. */
  settings(): Record<string, unknown>;
  /** Loads the window again, as after a restart of the editor. */
  reload(): Promise<void>;
  /** What the window and code-server have said; Rumbo's own log channel is among it where code-server can write one. */
  log(): string;
  close(): Promise<void>;
};

/** Starts it with the packaged extension; resolves when the extension is there. */
export async function openEditorWindow(options: EditorWindowOptions): Promise<EditorWindow> {
  const workspace = mkdtempSync(join(tmpdir(), 'rumbo-workspace-'));
  cpSync(join(projectFolder, 'samples'), workspace, { recursive: true });
  const server = await startCodeServer({ workspace, vsix: packagedExtension(), ...options });
  writeFileSync(join(userDataOf(server.profile), 'User', 'keybindings.json'), JSON.stringify(keybindings));
  const settingsFile = join(userDataOf(server.profile), 'User', 'settings.json');
  const { page, close } = await openPage(server.url);
  const hand = workbench(page);
  const said: string[] = [];
  page.on('console', (message) => said.push(`[${message.type()}] ${message.text()}`));
  const ready = () => hand.status('Rumbo').waitFor({ timeout: 2 * timeoutMs });
  const editor: EditorWindow = {
    ...hand,
    workspace,
    profile: server.profile,
    async set(settings) {
      const text = JSON.stringify({ ...editor.settings(), ...settings }, null, 2);
      await hand.command('Preferences: Open User Settings (JSON)');
      await hand.paste(`vscode-remote:${settingsFile}`, text);
      await page.keyboard.press('Control+S');
      await hand.until(
        async () => readFileSync(settingsFile, 'utf8'),
        (saved) => saved === text,
        'settings.json was not saved',
      );
      await hand.calm();
    },
    // While it is being written it is empty.
    settings: () => parse(readFileSync(settingsFile, 'utf8')) ?? {},
    async reload() {
      await page.reload();
      await ready();
    },
    log: () => [...said, server.log(), ...logsIn(server.profile)].join('\n'),
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

/** Ends something with the tests of this file; the last comes first. */
export type OnTeardown = (end: () => Promise<unknown>) => void;

/** Tests that share one editor, one after the other; a failure leaves a picture and the log in test/out. */
export function scenarios(open: (defer: OnTeardown) => Promise<EditorWindow>) {
  const ends: (() => Promise<unknown>)[] = [];
  let editor: EditorWindow | undefined;
  before(async () => {
    editor = await open((end) => void ends.unshift(end));
  });
  after(async () => {
    await editor?.close();
    for (const end of ends) await end();
  });
  return (name: string, work: (editor: EditorWindow) => Promise<void>): void =>
    void test(name, { timeout: 120_000 }, async () => {
      if (!editor) throw new Error('The editor did not open.');
      try {
        await editor.calm();
        await work(editor);
      } catch (error) {
        await saveEvidence(editor, name);
        throw error;
      }
    });
}

/** A picture and the log, for whoever looks into a failure. */
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
