/** Ghost text in this window: starts the server when it is on and something is open, and keeps a pause through a restart. */
import * as vscode from 'vscode';
import type { InlineState } from '../../shared/inline.ts';
import type { ServerProcess } from '../server/process.ts';
import { isGhostTextEnabled } from './ghost-text-settings.ts';
import { isUserDocument } from './user-documents.ts';

export type GhostText = {
  /** What the window knows of it, without asking anybody. */
  readonly state: InlineState['state'];
  /** Rejects with `FailureError`. */
  pause(paused: boolean): Promise<void>;
  readonly onChange: vscode.Event<void>;
};

export function createGhostText(server: ServerProcess): GhostText & vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let paused = false;
  let tried = false;

  const ghostText = {
    get state(): InlineState['state'] {
      if (!isGhostTextEnabled()) return 'off';
      if (paused) return 'paused';
      return server.status?.inline?.state === 'no-model' ? 'no-model' : 'on';
    },
    async pause(wanted: boolean) {
      paused = wanted;
      tell();
      if (server.started || !wanted) await server.use((connection) => connection.pauseInline(wanted));
    },
    onChange: changed.event,
    dispose() {
      clearTimeout(soon);
      for (const part of parts) part.dispose();
    },
  };
  let told: string | undefined;
  const tell = () => {
    const { state } = ghostText;
    if (state !== told) void vscode.commands.executeCommand('setContext', 'rumbo.ghostText', state);
    told = state;
    changed.fire();
  };
  /** Once: a server that cannot start is not tried again for each file. */
  const start = () => {
    if (tried || server.started || !isGhostTextEnabled()) return;
    if (!vscode.workspace.textDocuments.some(({ uri }) => isUserDocument(uri))) return;
    tried = true;
    // It logs why not; nobody has asked for anything that a notification would be about.
    void server.use((connection) => connection.status()).catch(() => undefined);
  };

  const parts = [
    changed,
    vscode.workspace.onDidOpenTextDocument(start),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('rumbo.inline')) return;
      tried = false;
      tell();
      start();
    }),
    server.onStatus(tell),
    server.onRunning(() => {
      if (paused) void server.use((connection) => connection.pauseInline(true)).catch(() => undefined);
    }),
  ];
  tell();
  // Activation is over by then: what it loads is heavy.
  const soon = setTimeout(start, 0);
  return ghostText;
}
