/** Hands changed settings to the running server; a restart is offered for what only a start can hand over. */
import * as vscode from 'vscode';
import { showInfo } from '../notifications/notify.ts';
import { keyVariablesOf } from './environment.ts';
import type { ServerProcess } from './process.ts';

export function syncSettings(server: ServerProcess): vscode.Disposable {
  let handedOver = atStart();
  const started = server.onRunning(() => {
    handedOver = atStart();
  });
  const changed = vscode.workspace.onDidChangeConfiguration((event) => {
    if (!server.started) return;
    if (event.affectsConfiguration('rumbo'))
      void server.use((connection) => connection.settingsChanged()).catch(() => undefined);
    const now = atStart();
    if (now === handedOver) return;
    handedOver = now;
    void offerRestart();
  });
  return vscode.Disposable.from(started, changed);
}

/** Proxy settings and the variables named by `keyEnv` that are set: the server gets these when it is forked. */
function atStart(): string {
  const http = vscode.workspace.getConfiguration('http');
  const network = [
    'proxy',
    'proxySupport',
    'proxyAuthorization',
    'noProxy',
    'proxyStrictSSL',
    'systemCertificates',
  ].map((key) => http.inspect(key)?.globalValue ?? null);
  const providers = vscode.workspace.getConfiguration('rumbo').inspect('providers')?.globalValue;
  const variables = keyVariablesOf(providers).filter((name) => process.env[name] !== undefined);
  return JSON.stringify([network, variables.sort()]);
}

async function offerRestart(): Promise<void> {
  const picked = await showInfo(
    'Proxy settings and variables named by keyEnv are handed over when Rumbo’s server starts. Restart it to use them.',
    'Restart Server',
  );
  if (picked) await vscode.commands.executeCommand('rumbo.restartServer');
}
