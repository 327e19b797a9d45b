/** The menu behind the status-bar item. */
import * as vscode from 'vscode';

const entries = [
  { label: '$(list-ordered) Plan…', command: 'rumbo.plan' },
  { label: '$(edit) Code…', command: 'rumbo.code' },
  { label: '$(question) Why This Model?', command: 'rumbo.whyThisModel' },
  { label: '$(arrow-up) Use a Stronger Model', command: 'rumbo.useStrongerModel' },
  { label: '$(type-hierarchy) Explain Route…', command: 'rumbo.explainRoute' },
  { label: '$(settings) Choose Strategy…', command: 'rumbo.chooseStrategy' },
  { label: '$(server) Show Providers', command: 'rumbo.showProviders' },
  { label: '$(search) Discover Local Endpoints', command: 'rumbo.discover' },
  { label: '$(cloud-download) Pull Local Model…', command: 'rumbo.pullModel' },
  { label: '$(key) Set API Key…', command: 'rumbo.setApiKey' },
  { label: '$(gear) Open Settings', command: 'rumbo.openSettings' },
  { label: '$(output) Show Log', command: 'rumbo.showLog' },
] as const;

export async function showMenu(): Promise<void> {
  const picked = await vscode.window.showQuickPick(entries, { title: 'Rumbo' });
  if (picked) await vscode.commands.executeCommand(picked.command);
}
