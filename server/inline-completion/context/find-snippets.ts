/** What the open files have to say beside a gap: what is imported, what is alike, what was edited lately. */

import type { CompletionContext } from '../completion-context.ts';
import type { DocumentStore, OpenDocument } from '../documents.ts';
import type { ReadableFile } from '../file-access.ts';
import type { DocumentIndex } from './document-index.ts';
import type { DocumentEdit } from './edit-diff.ts';
import { findImports, resolveImports } from './imports.ts';
import type { Passage } from './passages.ts';
import type { PrefixAndSuffix } from './prefix-and-suffix.ts';
import { cursorWords, similarPassageRanking } from './similar-passages.ts';
import type { SnippetCandidate } from './snippet-selection.ts';
import type { TimeSlices } from './time-slices.ts';

type SearchRequest = {
  /** What the model reads of the document itself. */
  readonly visibleText: PrefixAndSuffix;
  readonly mayRead: (file: ReadableFile) => boolean;
};

/** What the open files have for a gap. */
export type FoundSnippets = {
  /** Each best first. */
  readonly imported: readonly SnippetCandidate[];
  readonly similar: readonly SnippetCandidate[];
  readonly recent: readonly SnippetCandidate[];
  readonly edits: readonly DocumentEdit[];
  /** URIs of files that there was no time for. */
  readonly unread: ReadonlySet<string>;
};

export type SearchDeps = {
  readonly documents: Pick<DocumentStore, 'get' | 'all'>;
  readonly index: DocumentIndex;
  readonly slices: TimeSlices;
};

/** Looks through the open files, as far as there is time. */
export async function findSnippets(
  context: CompletionContext,
  wish: SearchRequest,
  { documents, index, slices }: SearchDeps,
): Promise<FoundSnippets> {
  const files = filesInOrder(context, documents, index);
  const unread = new Set(files.map(({ document }) => document.uri));
  const shown = isVisiblePassage(context, wish.visibleText);
  const similar = similarPassageRanking(cursorWords(wish.visibleText));
  const imported: SnippetCandidate[] = [];
  const recent: (SnippetCandidate & { readonly atMs: number })[] = [];
  const edits: DocumentEdit[] = [];

  for (const { document, names } of files) {
    if (slices.isOver()) break;
    if (slices.shouldYield()) await slices.yieldToEventLoop();
    if (!wish.mayRead(toReadableFile(document))) {
      unread.delete(document.uri);
      continue;
    }
    const isOwn = document.uri === context.uri;
    const signatures = names && index.signatures(document, names);
    if (signatures) imported.push(signatures);
    const reading = await index.read(document, slices);
    if (!reading) break;
    unread.delete(document.uri);
    const isShown = isOwn ? shown(reading.text) : () => false;
    similar.add(document, reading, isShown);
    if (document.editedAtMs === undefined) continue;

    for (const edit of document.edits) {
      if (!isOwn || !isEditAtCursor(edit, context, document))
        edits.push({ ...edit, ...identifyDocument(document, index) });
      const passage = reading.passages.find(
        ({ line, lineCount }) => line <= edit.line && edit.line < line + lineCount,
      );
      const candidate = passage && !isShown(passage) ? index.passage(document, reading, passage) : undefined;
      if (candidate) recent.push({ ...candidate, atMs: edit.atMs });
    }
  }
  const alike: SnippetCandidate[] = [];
  for (const { document, reading, passage } of similar.best) {
    if (slices.shouldYield()) await slices.yieldToEventLoop();
    const candidate = index.passage(document, reading, passage);
    if (candidate) alike.push(candidate);
  }
  return {
    imported,
    similar: alike,
    recent: recent
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, maxRecentPassages)
      .map(({ atMs: _, ...candidate }) => candidate),
    edits,
    unread,
  };
}

const maxRecentPassages = 8;

type SearchedFile = {
  readonly document: OpenDocument /** Taken from it by an import. Absent: it is not imported. */;
  readonly names?: readonly string[];
};

/** Data and logs are like each other, and like nothing that is written. */
const dataLanguages: ReadonlySet<string> = new Set([
  'plaintext',
  'log',
  'json',
  'jsonc',
  'jsonl',
  'csv',
  'tsv',
  'diff',
]);
/** The beginning of a document holds its imports. */
const importScanCharacters = 16_000;

/** The most helpful first, should there be no time for all: itself, what it imports, what was seen last. */
function filesInOrder(
  { uri, languageId, before, after }: CompletionContext,
  documents: SearchDeps['documents'],
  known: DocumentIndex,
): SearchedFile[] {
  const own = documents.get(uri);
  const others = documents
    .all()
    .filter(
      (other) =>
        other.uri !== uri && (other.languageId === languageId || !dataLanguages.has(other.languageId)),
    )
    .sort((a, b) => b.seenAtMs - a.seenAtMs || (a.uri < b.uri ? -1 : 1));
  const byPath = new Map(others.toReversed().map((other) => [known.pathOf(other.uri), other]));
  const beginning =
    before.slice(0, importScanCharacters) + after.slice(0, Math.max(0, importScanCharacters - before.length));
  const imported = resolveImports(findImports(beginning, languageId, known.pathOf(uri)), [
    ...byPath.keys(),
  ]).flatMap(({ path, names }): SearchedFile[] => {
    const document = byPath.get(path);
    return document ? [{ document, names }] : [];
  });
  const first = new Set(imported.map(({ document }) => document));
  return [
    ...(own ? [{ document: own }] : []),
    ...imported,
    ...others.filter((other) => !first.has(other)).map((document) => ({ document })),
  ];
}

export const toReadableFile = (document: OpenDocument): ReadableFile => ({
  uri: document.uri,
  languageId: document.languageId,
  characters: document.text.length,
  lines: document.lineCount,
});

const identifyDocument = ({ uri }: OpenDocument, known: DocumentIndex) => ({ uri, name: known.nameOf(uri) });

/** Whether the model reads a passage of the document itself already. A text that is not the context's counts as read. */
function isVisiblePassage({ before, after }: CompletionContext, { prefix, suffix }: PrefixAndSuffix) {
  const [start, end] = [before.length - prefix.length, before.length + suffix.length];
  return (text: string) => {
    const isSame = text.length === before.length + after.length;
    return (passage: Passage): boolean => !isSame || (passage.start < end && passage.end > start);
  };
}

/** Lines around an edit in which the user is still at it. */
const sameEditLines = 3;

function isEditAtCursor(
  { line, added }: { readonly line: number; readonly added: readonly string[] },
  { before }: CompletionContext,
  document: OpenDocument,
): boolean {
  const cursor = document.positionAt(before.length).line;
  return cursor >= line - sameEditLines && cursor < line + added.length + sameEditLines;
}
