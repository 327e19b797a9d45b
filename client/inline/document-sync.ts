/**
 * The language client's own document sync and inline completions, only while ghost text is on: switched off, the server
 * learns nothing of what is open, and asks for nothing.
 */
import * as vscode from 'vscode';
import type {
  DynamicFeature,
  LanguageClient,
  StaticFeature,
  TextDocumentChangeRegistrationOptions,
} from 'vscode-languageclient/node';
import {
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  InlineCompletionRequest,
  TextDocumentSyncKind,
} from 'vscode-languageserver-protocol';
import { isGhostTextEnabled } from './ghost-text-settings.ts';
import { userDocumentSelectors } from './user-documents.ts';

type Client = Pick<LanguageClient, 'getFeature'>;

/** One for each client: it follows while the server runs and the setting is on. */
export function documentSync(client: Client): StaticFeature & vscode.Disposable {
  /** Ends what was begun. Absent: nothing is followed. */
  let end: (() => void) | undefined;
  let canWrite = false;

  const settle = () => {
    const wanted = canWrite && isGhostTextEnabled();
    if (wanted && !end) end = follow(client);
    if (wanted || !end) return;
    end();
    end = undefined;
  };
  const changed = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('rumbo.inline.enabled')) settle();
  });
  return {
    fillClientCapabilities() {},
    getState: () => ({ kind: 'static' }),
    initialize(capabilities) {
      canWrite = capabilities.inlineCompletionProvider !== undefined;
      settle();
    },
    clear() {
      // The server is gone, and each feature of the client has forgotten what it was told.
      end = undefined;
      canWrite = false;
    },
    dispose: () => changed.dispose(),
  };
}

/** @returns what ends it */
function follow(client: Client): () => void {
  const where = { documentSelector: [...userDocumentSelectors] };
  const changes: TextDocumentChangeRegistrationOptions = {
    ...where,
    syncKind: TextDocumentSyncKind.Incremental,
  };
  // A document is known before anything is asked of it, and nothing is asked of it when it is forgotten.
  const ends = [
    register(client.getFeature(DidCloseTextDocumentNotification.method), where),
    register(client.getFeature(DidChangeTextDocumentNotification.method), changes),
    register(client.getFeature(DidOpenTextDocumentNotification.method), where),
    register(client.getFeature(InlineCompletionRequest.method), where),
  ];
  return () => {
    for (const end of ends.reverse()) end();
  };
}

function register<Options>(
  feature: DynamicFeature<Options> | undefined,
  registerOptions: Options,
): () => void {
  const id = crypto.randomUUID();
  feature?.register({ id, registerOptions });
  return () => feature?.unregister(id);
}
