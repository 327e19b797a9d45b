/** Ghost text over LSP: document sync, `textDocument/inlineCompletion`, and Rumbo's own messages. */
import {
  type CancellationToken,
  type Connection,
  type InlineCompletionItem,
  type InlineCompletionParams,
  InlineCompletionTriggerKind,
} from 'vscode-languageserver/node';
import { hiddenCharacters } from '../../shared/hidden-characters.ts';
import { inlineAccepted } from '../../shared/inline.ts';
import * as protocol from '../../shared/protocol.ts';
import type { CompletionContext } from '../inline-completion/completion-context.ts';
import type { CompletionItem } from '../inline-completion/completion-item.ts';
import { detectIndentation } from '../inline-completion/detect-indentation.ts';
import { isCurrentIn, type OpenDocument, syncDocuments } from '../inline-completion/documents.ts';
import type { RequestSymbols } from '../inline-completion/nearby-definitions.ts';
import type { InlineCompletionService } from '../inline-completion/service.ts';

/** @param ready as `Services.ready` */
export function serveInline(
  connection: Connection,
  service: InlineCompletionService,
  ready: () => Promise<unknown> | undefined,
  signalOf: (token: CancellationToken) => AbortSignal,
): void {
  const { documents } = service;
  syncDocuments(connection, { changed: service.changed, closed: service.closed }, documents);

  connection.languages.inlineCompletion.on(async (params, token) => {
    const signal = signalOf(token);
    const { uri } = params.textDocument;
    const document = documents.get(uri);
    const version = document?.version;
    /** The editor shows another version of the document, or has cancelled the request. */
    const isOutdated = () =>
      signal.aborted || document?.version !== version || documents.get(uri) !== document;
    await ready();
    if (!document || isOutdated()) return null;
    const context = completionContextOf(document, params);
    const items = await service.suggest(context, signal);
    if (isOutdated()) return null;
    // A key accepts them, so nothing could be asked then.
    const visible = items.filter(
      ({ suggestion }) => hiddenCharacters(suggestion.insertText, document.text).length === 0,
    );
    return { items: visible.map((item) => toInlineItem(item, document, context)) };
  });

  connection.onNotification(protocol.inlineEvent, service.onEvent);
}

/** Requests the symbols near the cursor from the client. */
export const clientSymbols =
  (connection: Pick<Connection, 'sendRequest'>): RequestSymbols =>
  async (document, context) => {
    const position = cursorPositionOf(document, context);
    if (!position) return [];
    const { uri, version } = context;
    return connection.sendRequest(protocol.inlineSymbols, { uri, position, version });
  };

/** `undefined`: the document has changed since, or has not changed yet, or is closed. */
function cursorPositionOf(
  document: OpenDocument | undefined,
  context: CompletionContext,
): Position | undefined {
  return isCurrentIn(document, context) ? document.positionAt(context.before.length) : undefined;
}

type Position = InlineCompletionParams['position'];

function completionContextOf(
  document: OpenDocument,
  { position, context }: InlineCompletionParams,
): CompletionContext {
  const { uri, version, languageId, text } = document;
  const offset = document.offsetAt(position);
  const selected = context?.selectedCompletionInfo;
  // Some clients violate the protocol and omit the range; without it the selection is ignored.
  const start = selected?.range?.start;
  const replaces = start ? offset - document.offsetAt(start) : -1;
  return {
    uri,
    version,
    languageId,
    before: text.slice(0, offset),
    after: text.slice(offset),
    indentation: detectIndentation(text, languageId),
    // A selection that begins after the cursor belongs to another position.
    ...(selected && replaces >= 0 ? { selectedCompletion: { text: selected.text, replaces } } : {}),
    trigger: context?.triggerKind === InlineCompletionTriggerKind.Invoked ? 'invoked' : 'automatic',
  };
}

/** Its range is inside the document, even if the client's cursor position was not. */
function toInlineItem(
  { id, suggestion }: CompletionItem,
  document: OpenDocument,
  { before }: CompletionContext,
): InlineCompletionItem {
  const { insertText, replacesBefore, replacesAfter } = suggestion;
  return {
    insertText,
    range: {
      start: document.positionAt(before.length - replacesBefore),
      end: document.positionAt(before.length + replacesAfter),
    },
    command: { title: 'Rumbo: accepted', command: inlineAccepted, arguments: [id] },
  };
}
