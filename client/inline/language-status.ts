/** The language status item of ghost text (`{}` in the status bar): its state for this file's language, with one command. */
import * as vscode from 'vscode';
import type { ServerProcess } from '../server/process.ts';
import type { GhostText } from './ghost-text.ts';
import { languageDisabledBy } from './ghost-text-settings.ts';
import { userDocumentSelectors } from './user-documents.ts';

/** The item exists while ghost text is enabled. */
export function createLanguageStatus(server: ServerProcess, ghostText: GhostText): vscode.Disposable {
  let item: vscode.LanguageStatusItem | undefined;
  const draw = () => {
    const { state } = ghostText;
    if (state === 'off') {
      item?.dispose();
      item = undefined;
      return;
    }
    item ??= vscode.languages.createLanguageStatusItem('rumbo.ghostText', userDocumentSelectors);
    item.name = 'Rumbo: Ghost Text';
    const languageId = vscode.window.activeTextEditor?.document.languageId ?? 'plaintext';
    const reason = state === 'no-model' ? server.status?.inline?.reason : undefined;
    Object.assign(item, statusContent(state, languageId, reason));
  };
  const subscriptions = [ghostText.onChange(draw), vscode.window.onDidChangeActiveTextEditor(draw)];
  draw();
  return vscode.Disposable.from(...subscriptions, { dispose: () => item?.dispose() });
}

type StatusContent = Pick<vscode.LanguageStatusItem, 'text' | 'detail' | 'severity' | 'command'>;

function statusContent(
  state: 'on' | 'paused' | 'no-model',
  languageId: string,
  reason: string | undefined,
): StatusContent {
  const { Information, Warning } = vscode.LanguageStatusSeverity;
  const command = (title: string, id: string) => ({ title, command: id });
  if (state === 'paused')
    return {
      text: 'Ghost text is paused',
      detail: 'in this window',
      severity: Information,
      command: command('Resume', 'rumbo.resumeGhostText'),
    };
  const isOff = languageDisabledBy(languageId) !== undefined;
  if (state === 'no-model' && !isOff)
    return {
      text: 'No model available for ghost text',
      detail: reason ?? '',
      severity: Warning,
      command: command('Choose Models…', 'rumbo.chooseGhostTextModels'),
    };
  return {
    text: `Ghost text is ${isOff ? 'off' : 'on'} for ${languageId}`,
    detail: '',
    severity: Information,
    command: command(isOff ? 'Turn On' : 'Turn Off', 'rumbo.toggleGhostTextLanguage'),
  };
}
