/** **Rumbo: Turn Ghost Text On… / Off**, **Pause**, **Resume**, by language, and **Suggest Here**. */
import * as vscode from 'vscode';
import { turnOnQuestion } from '../format/ghost-text.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import type { GhostText } from './ghost-text.ts';
import { chooseGhostTextModels, ghostTextCandidates } from './ghost-text-model-picker.ts';
import { isGhostTextEnabled, languageDisabledBy } from './ghost-text-settings.ts';
import { isUserDocument } from './user-documents.ts';

export type GhostTextCommandDeps = { readonly server: ServerProcess; readonly ghostText: GhostText };

/** Says first who will write and what is read. */
export async function turnGhostTextOn({ server }: Pick<GhostTextCommandDeps, 'server'>): Promise<void> {
  try {
    const { message, detail } = turnOnQuestion(await ghostTextCandidates(server));
    const picked = await vscode.window.showInformationMessage(
      message,
      { modal: true, detail },
      'Turn On',
      'Choose Models…',
    );
    if (picked === undefined) return;
    const title = 'Rumbo: turn ghost text on with these models';
    if (picked !== 'Turn On' && !(await chooseGhostTextModels(server, title))) return;
    await update('inline.enabled', true);
    if (!isGhostTextEnabled()) await tellWorkspaceSaysNo('ghost text');
  } catch (error) {
    const again = () => turnGhostTextOn({ server });
    showError(toClientErrorData(error), { button: { label: 'Try Again', run: again } });
  }
}

export const turnGhostTextOff = (): Thenable<void> => update('inline.enabled', undefined);

export async function pauseGhostText({ ghostText }: GhostTextCommandDeps, paused: boolean): Promise<void> {
  try {
    await ghostText.pause(paused);
  } catch (error) {
    showError(toClientErrorData(error));
  }
}

/** The language of the file in front. */
export async function toggleGhostTextLanguage(): Promise<void> {
  const { document } = vscode.window.activeTextEditor ?? {};
  if (!document || !isUserDocument(document.uri))
    return void showInfo('Open a file first; ghost text is then switched on or off for its language.');
  const { languageId } = document;
  const off = languageDisabledBy(languageId);
  if (off === 'workspace') return tellWorkspaceSaysNo(`ghost text in ${languageId}`);
  const said = vscode.workspace.getConfiguration('rumbo').inspect('inline.languages')?.globalValue;
  const { [languageId]: own, ...others } = (said ?? {}) as Readonly<Record<string, unknown>>;
  // A word less in the settings where the others say the same.
  const fits = own !== undefined && (others['*'] ?? true) === (off !== undefined);
  await update('inline.languages', fits ? others : { ...others, [languageId]: off !== undefined });
}

/** Asks at the cursor, also where the editor asks for nothing by itself. */
export async function suggestHere(parts: GhostTextCommandDeps): Promise<void> {
  const { state } = parts.ghostText;
  if (state === 'off') return turnGhostTextOn(parts);
  if (state === 'paused') {
    if (!(await showInfo('Ghost text is paused in this window.', 'Resume'))) return;
    await pauseGhostText(parts, false);
  }
  if (state === 'no-model') {
    const reason = parts.server.status?.inline?.reason ?? 'No model can write ghost text now.';
    if (await showInfo(reason, 'Choose Models…'))
      await vscode.commands.executeCommand('rumbo.chooseGhostTextModels');
    return;
  }
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
}

const update = (key: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('rumbo').update(key, value, vscode.ConfigurationTarget.Global);

async function tellWorkspaceSaysNo(what: string): Promise<void> {
  const picked = await showInfo(
    `The settings of this workspace switch ${what} off.`,
    'Open Workspace Settings',
  );
  if (picked) await vscode.commands.executeCommand('workbench.action.openWorkspaceSettings', 'rumbo.inline');
}
