/** Commands of ghost text: turn on and off, pause and resume, toggle a language, and **Rumbo: Suggest Here**. */
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

/** Confirms first which models are used and what is sent to them. */
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
    if (!isGhostTextEnabled()) await showDisabledByWorkspace('ghost text');
  } catch (error) {
    const retry = () => turnGhostTextOn({ server });
    showError(toClientErrorData(error), { button: { label: 'Try Again', run: retry } });
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

/** For the language of the active file. */
export async function toggleGhostTextLanguage(): Promise<void> {
  const { document } = vscode.window.activeTextEditor ?? {};
  if (!document || !isUserDocument(document.uri))
    return void showInfo('Open a file first to toggle ghost text for its language.');
  const { languageId } = document;
  const off = languageDisabledBy(languageId);
  if (off === 'workspace') return showDisabledByWorkspace(`ghost text in ${languageId}`);
  const languages = vscode.workspace.getConfiguration('rumbo').inspect('inline.languages')?.globalValue;
  const { [languageId]: own, ...others } = (languages ?? {}) as Readonly<Record<string, unknown>>;
  // The entry is removed where `*` already has the wanted value.
  const isRedundant = own !== undefined && (others['*'] ?? true) === (off !== undefined);
  await update('inline.languages', isRedundant ? others : { ...others, [languageId]: off !== undefined });
}

/** Triggers a suggestion at the cursor, also where the editor triggers none automatically. */
export async function suggestHere(deps: GhostTextCommandDeps): Promise<void> {
  const { state } = deps.ghostText;
  if (state === 'off') return turnGhostTextOn(deps);
  if (state === 'paused') {
    if (!(await showInfo('Ghost text is paused in this window.', 'Resume'))) return;
    await pauseGhostText(deps, false);
  }
  if (state === 'no-model') {
    const reason = deps.server.status?.inline?.reason ?? 'No model is available for ghost text now.';
    if (await showInfo(reason, 'Choose Models…'))
      await vscode.commands.executeCommand('rumbo.chooseGhostTextModels');
    return;
  }
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
}

const update = (key: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('rumbo').update(key, value, vscode.ConfigurationTarget.Global);

async function showDisabledByWorkspace(what: string): Promise<void> {
  const picked = await showInfo(
    `The settings of this workspace turn off ${what}.`,
    'Open Workspace Settings',
  );
  if (picked) await vscode.commands.executeCommand('workbench.action.openWorkspaceSettings', 'rumbo.inline');
}
