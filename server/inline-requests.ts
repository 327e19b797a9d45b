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
import { inlineAccepted, type NearbySymbol } from '../shared/inline.ts';
import * as protocol from '../shared/protocol.ts';
import { documentsOf, type OpenDocument } from './inline/documents.ts';
import { indentationOf } from './inline/indentation-of.ts';
import type { Offer } from './inline/offer.ts';
import type { Situation } from './inline/situation.ts';
import type { InlineRoom } from './inline-room.ts';

export const inlineCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
  inlineCompletionProvider: true,
} as const satisfies ServerCapabilities;

/** @param ready as `Services.ready` */
export function serveInline(
  connection: Connection,
  room: InlineRoom,
  ready: () => Promise<unknown>,
  signalOf: (token: CancellationToken) => AbortSignal,
): void {
  documentsOf(connection, { changed: room.changed, closed: room.closed }, room.documents);

  connection.languages.inlineCompletion.on(async (params, token) => {
    const signal = signalOf(token);
    await ready();
    const document = room.documents.get(params.textDocument.uri);
    if (!document || signal.aborted) return null;
    const situation = situationOf(document, params);
    const offers = await room.suggest(situation, signal);
    // What the editor has shown meanwhile is no longer what it was asked about.
    if (signal.aborted || room.documents.get(situation.uri)?.version !== situation.version) return null;
    return { items: offers.map((offer) => itemOf(offer, params.position)) };
  });

  connection.onNotification(protocol.inlineDid, room.did);
}

/** Asks the client what is declared around a place. */
export const symbolsFrom =
  (connection: Pick<Connection, 'sendRequest'>, positionOf: (situation: Situation) => Position | undefined) =>
  async (situation: Situation): Promise<readonly NearbySymbol[]> => {
    const position = positionOf(situation);
    if (!position) return [];
    const { uri, version } = situation;
    return connection.sendRequest(protocol.inlineSymbols, { uri, position, version });
  };

type Position = InlineCompletionParams['position'];

/** Where the cursor is. `undefined`: the document has moved on, or is not there yet. */
export function cursorOf(document: OpenDocument | undefined, situation: Situation): Position | undefined {
  const { version, before, after } = situation;
  const isHere = document?.version === version && document.text.length === before.length + after.length;
  return isHere ? document.positionAt(before.length) : undefined;
}

function situationOf(document: OpenDocument, { position, context }: InlineCompletionParams): Situation {
  const { uri, version, languageId, text } = document;
  const offset = document.offsetAt(position);
  const chosen = context?.selectedCompletionInfo;
  const replaces = chosen ? offset - document.offsetAt(chosen.range.start) : 0;
  return {
    uri,
    version,
    languageId,
    before: text.slice(0, offset),
    after: text.slice(offset),
    indentation: indentationOf(text, languageId),
    // A selection that begins behind the cursor is about another place.
    ...(chosen && replaces >= 0 ? { selected: { text: chosen.text, replaces } } : {}),
    trigger: context?.triggerKind === InlineCompletionTriggerKind.Invoked ? 'asked' : 'typing',
  };
}

/** What is replaced is on the cursor's line. */
function itemOf({ id, suggestion }: Offer, { line, character }: Position): InlineCompletionItem {
  const { insert, replacesBefore, replacesAfter } = suggestion;
  return {
    insertText: insert,
    range: {
      start: { line, character: character - replacesBefore },
      end: { line, character: character + replacesAfter },
    },
    command: { title: 'Rumbo: accepted', command: inlineAccepted, arguments: [id] },
  };
}
