/** Ghost text as LSP has it: documents by incremental sync, `textDocument/inlineCompletion`, and what is ours beside it. */
import {
  type CancellationToken,
  type Connection,
  type InlineCompletionItem,
  type InlineCompletionParams,
  InlineCompletionTriggerKind,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { inlineAccepted, type NearbySymbol } from '../../shared/inline.ts';
import * as protocol from '../../shared/protocol.ts';
import type { CompletionContext } from '../inline-completion/completion-context.ts';
import type { CompletionItem } from '../inline-completion/completion-item.ts';
import { detectIndentation } from '../inline-completion/detect-indentation.ts';
import { isCurrentIn, type OpenDocument, syncDocuments } from '../inline-completion/documents.ts';
import type { InlineCompletionService } from '../inline-completion/service.ts';

export const inlineCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
  inlineCompletionProvider: true,
} as const satisfies ServerCapabilities;

/** @param ready as `Services.ready` */
export function serveInline(
  connection: Connection,
  room: InlineCompletionService,
  ready: () => Promise<unknown>,
  signalOf: (token: CancellationToken) => AbortSignal,
): void {
  syncDocuments(connection, { changed: room.changed, closed: room.closed }, room.documents);

  connection.languages.inlineCompletion.on(async (params, token) => {
    const signal = signalOf(token);
    const document = room.documents.get(params.textDocument.uri);
    const version = document?.version;
    /** It was asked about what the editor shows no longer, or nobody waits. */
    const isPast = () =>
      signal.aborted ||
      document?.version !== version ||
      room.documents.get(params.textDocument.uri) !== document;
    await ready();
    if (!document || isPast()) return null;
    const context = completionContextOf(document, params);
    const offers = await room.suggest(context, signal);
    return isPast() ? null : { items: offers.map((offer) => toInlineItem(offer, document, context)) };
  });

  connection.onNotification(protocol.inlineEvent, room.did);
}

/** Asks the client what is declared around a place. */
export const clientSymbols =
  (
    connection: Pick<Connection, 'sendRequest'>,
    positionOf: (context: CompletionContext) => Position | undefined,
  ) =>
  async (context: CompletionContext): Promise<readonly NearbySymbol[]> => {
    const position = positionOf(context);
    if (!position) return [];
    const { uri, version } = context;
    return connection.sendRequest(protocol.inlineSymbols, { uri, position, version });
  };

type Position = InlineCompletionParams['position'];

/** Where the cursor is. `undefined`: the document has moved on, or is not there yet. */
export function cursorPositionOf(
  document: OpenDocument | undefined,
  context: CompletionContext,
): Position | undefined {
  return isCurrentIn(document, context) ? document.positionAt(context.before.length) : undefined;
}

function completionContextOf(
  document: OpenDocument,
  { position, context }: InlineCompletionParams,
): CompletionContext {
  const { uri, version, languageId, text } = document;
  const offset = document.offsetAt(position);
  const chosen = context?.selectedCompletionInfo;
  // Not every client keeps to the protocol; without its place a selection says nothing.
  const start = chosen?.range?.start;
  const replaces = start ? offset - document.offsetAt(start) : -1;
  return {
    uri,
    version,
    languageId,
    before: text.slice(0, offset),
    after: text.slice(offset),
    indentation: detectIndentation(text, languageId),
    // A selection that begins behind the cursor is about another place.
    ...(chosen && replaces >= 0 ? { selectedCompletion: { text: chosen.text, replaces } } : {}),
    trigger: context?.triggerKind === InlineCompletionTriggerKind.Invoked ? 'invoked' : 'automatic',
  };
}

/** Its range is within the document, wherever the client took the cursor to be. */
function toInlineItem(
  { id, suggestion }: CompletionItem,
  document: OpenDocument,
  { before }: CompletionContext,
): InlineCompletionItem {
  const { insertText, replacesBefore, replacesAfter } = suggestion;
  return {
    insertText: insertText,
    range: {
      start: document.positionAt(before.length - replacesBefore),
      end: document.positionAt(before.length + replacesAfter),
    },
    command: { title: 'Rumbo: accepted', command: inlineAccepted, arguments: [id] },
  };
}
