/** Ghost text of this window: starts the server when it is enabled and a file is open, and restores a pause after a restart. */
import * as vscode from 'vscode';
import type { InlineState } from '../../shared/inline.ts';
import type { ServerProcess } from '../server/process.ts';
import { isGhostTextEnabled } from './ghost-text-settings.ts';
import { isUserDocument } from './user-documents.ts';

export type GhostText = {
  /** As known in this window, without a request. */
  readonly state: InlineState['state'];
  /** Rejects with `ClientError`. */
  pause(paused: boolean): Promise<void>;
  readonly onChange: vscode.Event<void>;
};

/** Whether the user has paused ghost text in this window. */
export type GhostTextPause = { isPaused: boolean };

export function createGhostText(server: ServerProcess, pause: GhostTextPause): GhostText & vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let startAttempted = false;

  const ghostText = {
    get state(): InlineState['state'] {
      if (!isGhostTextEnabled()) return 'off';
      if (pause.isPaused) return 'paused';
      return server.status?.inline?.state === 'no-model' ? 'no-model' : 'on';
    },
    async pause(paused: boolean) {
      pause.isPaused = paused;
      publish();
      if (server.started || !paused) await server.request('pauseInline', { paused });
    },
    onChange: changed.event,
    dispose() {
      clearTimeout(soon);
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
  let published: string | undefined;
  const publish = () => {
    const { state } = ghostText;
    if (state !== published) void vscode.commands.executeCommand('setContext', 'rumbo.ghostText', state);
    published = state;
    changed.fire();
  };
  /** At most once per change of the settings, so that a server that cannot start is not retried for each file. */
  const start = () => {
    if (startAttempted || server.started || !isGhostTextEnabled()) return;
    if (!vscode.workspace.textDocuments.some(({ uri }) => isUserDocument(uri))) return;
    startAttempted = true;
    // A failure is only logged: the user has requested nothing.
    void server.request('status').catch(() => undefined);
  };

  const subscriptions = [
    changed,
    vscode.workspace.onDidOpenTextDocument(start),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('rumbo.inline')) return;
      startAttempted = false;
      publish();
      start();
    }),
    server.onStatus(publish),
    server.onRunning(() => {
      if (pause.isPaused) void server.request('pauseInline', { paused: true }).catch(() => undefined);
    }),
  ];
  publish();
  // After activation, since starting the server loads a lot of code.
  const soon = setTimeout(start, 0);
  return ghostText;
}
