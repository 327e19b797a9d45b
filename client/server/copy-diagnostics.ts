/** **Rumbo: Copy Diagnostics**: what a bug report needs, on the clipboard, without keys, texts and addresses. */
import * as vscode from 'vscode';
import { diagnosticsText } from '../format/diagnostics.ts';
import { showInfo } from '../notifications/notify.ts';
import type { ServerProcess } from './process.ts';

export async function copyDiagnostics(server: Pick<ServerProcess, 'request'>): Promise<void> {
  // A server that does not run is part of the report.
  const found = await server.request('diagnostics').catch((error: unknown) => error);
  const editor = {
    vscode: vscode.version,
    app: vscode.env.appName,
    language: vscode.env.language,
    remote: vscode.env.remoteName ?? 'none',
    isTrusted: vscode.workspace.isTrusted,
    folders: vscode.workspace.workspaceFolders?.length ?? 0,
  };
  await vscode.env.clipboard.writeText(diagnosticsText(editor, found));
  void showInfo(
    'Diagnostics were copied. They hold no keys, prompts, code or addresses; look at them before you paste them.',
  );
}
