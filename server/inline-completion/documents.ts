/** The documents that are open in the editor, kept up to date by incremental sync, and their recent edits. */
import type {
  Position,
  TextDocumentContentChangeEvent,
  TextDocumentItem,
} from 'vscode-languageserver-protocol';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { CompletionContext } from './completion-context.ts';
import { editTracker, type ReadLines, type RecentEdit } from './recent-edits.ts';

export type OpenDocument = {
  readonly uri: string;
  readonly languageId: string;
  /** The editor's count of changes. */
  readonly version: number;
  /** Line ends as in the file. */
  readonly text: string;
  readonly lineCount: number;
  /** When the user last opened, edited or viewed it. */
  readonly seenAtMs: number;
  /** `undefined`: not since it was opened. */
  readonly editedAtMs: number | undefined;
  /** Oldest first. */
  readonly edits: readonly RecentEdit[];
  /** A position outside the document becomes the nearest one inside; one within a line end becomes the one before it. */
  offsetAt(position: Position): number;
  positionAt(offset: number): Position;
};

/** Whether this is a context of the current document, not of an earlier or a possible later one. */
export const isCurrentIn = (
  document: OpenDocument | undefined,
  { version, before, after }: CompletionContext,
): document is OpenDocument =>
  document?.version === version && document.text.length === before.length + after.length;

/** UTF-16 units. A larger document is not stored: it would get no suggestion in time. */
const maxCharacters = 5_000_000;
/** Milliseconds that an edit counts as recent. */
const recentMs = 10 * 60_000;

/** @param now milliseconds on any steady clock */
export function documentStore(now: () => number = () => performance.now()) {
  const open = new Map<string, ReturnType<typeof trackedDocument>>();
  const dropIfTooLarge = (uri: string): void => {
    if ((open.get(uri)?.text.length ?? 0) > maxCharacters) open.delete(uri);
  };
  return {
    opened({ uri, languageId, version, text }: TextDocumentItem): void {
      open.set(uri, trackedDocument(TextDocument.create(uri, languageId, version, text), now));
      dropIfTooLarge(uri);
    },
    /** Ignores changes of a document that is not stored. */
    changed(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void {
      open.get(uri)?.change(version, changes);
      dropIfTooLarge(uri);
    },
    closed: (uri: string): void => void open.delete(uri),
    /** The user views it. */
    markSeen: (uri: string): void => open.get(uri)?.see(),
    /** A live view of the document. `undefined`: not open, or too large to be stored. */
    get: (uri: string): OpenDocument | undefined => open.get(uri),
    all: (): readonly OpenDocument[] => [...open.values()],
  };
}

export type DocumentStore = ReturnType<typeof documentStore>;

/** The part of an LSP connection that reports document changes. It has one listener for each, so other listeners are called from here. */
export type DocumentConnection = {
  onDidOpenTextDocument(listener: (params: { textDocument: TextDocumentItem }) => void): Disposable;
  onDidChangeTextDocument(
    listener: (params: {
      textDocument: { uri: string; version: number };
      contentChanges: TextDocumentContentChangeEvent[];
    }) => void,
  ): Disposable;
  onDidCloseTextDocument(listener: (params: { textDocument: { uri: string } }) => void): Disposable;
};
type Disposable = { dispose(): void };

/** Further listeners, each called once the stored document is up to date. */
export type DocumentListeners = {
  readonly changed?: (uri: string) => void;
  readonly closed?: (uri: string) => void;
};

/** Stores the documents of a client; the server has to announce `TextDocumentSyncKind.Incremental` and `openClose`. */
export function syncDocuments(
  connection: DocumentConnection,
  { changed, closed }: DocumentListeners = {},
  store: DocumentStore = documentStore(),
): DocumentStore & Disposable {
  const listeners = [
    connection.onDidOpenTextDocument(({ textDocument }) => store.opened(textDocument)),
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
      store.changed(uri, version, contentChanges);
      changed?.(uri);
    }),
    connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
      store.closed(uri);
      closed?.(uri);
    }),
  ];
  return {
    ...store,
    dispose: () => {
      for (const listener of listeners) listener.dispose();
    },
  };
}

function trackedDocument(document: TextDocument, now: () => number) {
  const { uri, languageId } = document;
  const edits = editTracker();
  let seenAtMs = now();
  let editedAtMs: number | undefined;

  const read: ReadLines = (first, count) => {
    const lines = document.getText({
      start: { line: first, character: 0 },
      end: { line: first + count, character: 0 },
    });
    return lines.split(/\r\n|\r|\n/).slice(0, count);
  };

  const replace = (start: number, end: number, text: string, version: number): void => {
    const whole = document.getText();
    if (joinsLineEnd(whole[start - 1], text, whole[end])) {
      // The change joins a `\r` and a `\n` into one line end, which shifts line numbers: take the whole text anew.
      edits.reset();
      const anew = `${whole.slice(0, start)}${text}${whole.slice(end)}`;
      TextDocument.update(document, [{ text: anew }], version);
      return;
    }
    const range = { start: document.positionAt(start), end: document.positionAt(end) };
    edits.record({ first: range.start.line, last: range.end.line, count: countOfLines(text) }, read, now());
    TextDocument.update(document, [{ range, text }], version);
  };

  return {
    uri,
    languageId,
    get version() {
      return document.version;
    },
    get text() {
      return document.getText();
    },
    get lineCount() {
      return document.lineCount;
    },
    get seenAtMs() {
      return seenAtMs;
    },
    get editedAtMs() {
      return editedAtMs;
    },
    get edits() {
      return edits.list(read, now() - recentMs);
    },
    offsetAt: (position: Position) => document.offsetAt(position),
    positionAt: (offset: number) => document.positionAt(offset),
    see: () => {
      seenAtMs = now();
    },
    change(version: number, changes: readonly TextDocumentContentChangeEvent[]): void {
      for (const change of changes) {
        // Some clients send `range: null` for the whole document.
        if ('range' in change && change.range) {
          const [a, b] = [document.offsetAt(change.range.start), document.offsetAt(change.range.end)];
          replace(Math.min(a, b), Math.max(a, b), change.text, version);
        } else {
          const { start, end, text } = textDifference(document.getText(), change.text);
          replace(start, end, text, version);
        }
      }
      if (changes.length === 0) TextDocument.update(document, [], version);
      seenAtMs = editedAtMs = now();
    },
  };
}

const countOfLines = (text: string): number => text.split(/\r\n|\r|\n/).length;

/** Whether the change puts a `\r` directly before a `\n`. */
const joinsLineEnd = (before: string | undefined, text: string, after: string | undefined): boolean =>
  (before === '\r' && (text === '' ? after : text[0]) === '\n') || (text.endsWith('\r') && after === '\n');

/** The smallest replacement that turns one text into the other. It never splits a line end. */
function textDifference(from: string, to: string): { start: number; end: number; text: string } {
  const max = Math.min(from.length, to.length);
  let start = 0;
  while (start < max && from[start] === to[start]) start += 1;
  if (from[start - 1] === '\r') start -= 1;
  let tail = 0;
  while (tail < max - start && from[from.length - 1 - tail] === to[to.length - 1 - tail]) tail += 1;
  if (from[from.length - tail] === '\n') tail -= 1;
  return { start, end: from.length - tail, text: to.slice(start, to.length - tail) };
}
