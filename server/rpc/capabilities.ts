/** What the server tells an LSP client about itself when it is initialised. */
import { type ServerCapabilities, TextDocumentSyncKind } from 'vscode-languageserver/node';

export const serverCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
  inlineCompletionProvider: true,
} as const satisfies ServerCapabilities;
