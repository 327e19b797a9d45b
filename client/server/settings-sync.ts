/** Sends changed settings to the running server, and offers a restart for those that it reads only at its start. */
import * as vscode from 'vscode';
import { showInfo } from '../notifications/notify.ts';
import { keyVariablesOf } from './environment.ts';
import type { ServerProcess } from './process.ts';

export function syncSettings(server: ServerProcess): vscode.Disposable {
  let appliedSettings = startupSettings();
  const started = server.onRunning(() => {
    appliedSettings = startupSettings();
  });
  const changed = vscode.workspace.onDidChangeConfiguration((event) => {
    if (!server.started) return;
    if (event.affectsConfiguration('rumbo')) void server.settingsChanged().catch(() => undefined);
    const now = startupSettings();
    if (now === appliedSettings) return;
    appliedSettings = now;
    void offerRestart();
  });
  return vscode.Disposable.from(started, changed);
}

/** Proxy settings and the set variables that `keyEnv` names: the server gets these when it is forked. */
function startupSettings(): string {
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
    'Rumbo’s server reads proxy settings and the variables of keyEnv when it starts. Restart it to apply them.',
    'Restart Server',
  );
  if (picked) await vscode.commands.executeCommand('rumbo.restartServer');
}
