/**
 * The language client's document sync and inline completions, only while ghost text is enabled: otherwise the server
 * gets no document events and no completion requests.
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

/** One per client: active while the server runs and the setting is on. */
export function documentSync(client: Client): StaticFeature & vscode.Disposable {
  /** Unregisters the features. Absent: they are not registered. */
  let end: (() => void) | undefined;
  let isSupported = false;

  const update = () => {
    const wanted = isSupported && isGhostTextEnabled();
    if (wanted && !end) end = registerFeatures(client);
    if (wanted || !end) return;
    end();
    end = undefined;
  };
  const changed = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('rumbo.inline.enabled')) update();
  });
  return {
    fillClientCapabilities() {},
    getState: () => ({ kind: 'static' }),
    initialize(capabilities) {
      isSupported = capabilities.inlineCompletionProvider !== undefined;
      update();
    },
    clear() {
      // The server has ended, and each feature of the client has dropped its registrations.
      end = undefined;
      isSupported = false;
    },
    dispose: () => changed.dispose(),
  };
}

/** @returns a function that unregisters them */
function registerFeatures(client: Client): () => void {
  const options = { documentSelector: [...userDocumentSelectors] };
  const changes: TextDocumentChangeRegistrationOptions = {
    ...options,
    syncKind: TextDocumentSyncKind.Incremental,
  };
  // Completions are registered last and unregistered first: the server knows a document before a request names it.
  const ends = [
    register(client.getFeature(DidCloseTextDocumentNotification.method), options),
    register(client.getFeature(DidChangeTextDocumentNotification.method), changes),
    register(client.getFeature(DidOpenTextDocumentNotification.method), options),
    register(client.getFeature(InlineCompletionRequest.method), options),
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
