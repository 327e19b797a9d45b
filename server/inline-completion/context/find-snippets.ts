/** Searches the open files for snippets: imported signatures, similar passages and recently edited passages. */

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
  /** The document's own text in the prompt. */
  readonly visibleText: PrefixAndSuffix;
  readonly mayRead: (file: ReadableFile) => boolean;
};

export type FoundSnippets = {
  /** Best first, like the next two. */
  readonly imported: readonly SnippetCandidate[];
  readonly similar: readonly SnippetCandidate[];
  readonly recent: readonly SnippetCandidate[];
  readonly edits: readonly DocumentEdit[];
  /** URIs of the files that were not searched for lack of time. */
  readonly unread: ReadonlySet<string>;
};

export type SearchDeps = {
  readonly documents: Pick<DocumentStore, 'get' | 'all'>;
  readonly index: DocumentIndex;
  readonly slices: TimeSlices;
};

/** Searches the open files as far as time allows. */
export async function findSnippets(
  context: CompletionContext,
  request: SearchRequest,
  { documents, index, slices }: SearchDeps,
): Promise<FoundSnippets> {
  const files = filesInOrder(context, documents, index);
  const unread = new Set(files.map(({ document }) => document.uri));
  const isVisibleIn = isVisiblePassage(context, request.visibleText);
  const similar = similarPassageRanking(cursorWords(request.visibleText));
  const imported: SnippetCandidate[] = [];
  const recent: (SnippetCandidate & { readonly atMs: number })[] = [];
  const edits: DocumentEdit[] = [];

  for (const { document, names } of files) {
    if (slices.isOver()) break;
    if (slices.shouldYield()) await slices.yieldToEventLoop();
    if (!request.mayRead(toReadableFile(document))) {
      unread.delete(document.uri);
      continue;
    }
    const isOwn = document.uri === context.uri;
    const signatures = names && index.signatureCandidate(document, names);
    if (signatures) imported.push(signatures);
    const parsed = await index.parse(document, slices);
    if (!parsed) break;
    unread.delete(document.uri);
    const isVisible = isOwn ? isVisibleIn(parsed.text) : () => false;
    similar.add(document, parsed, isVisible);
    if (document.editedAtMs === undefined) continue;

    for (const edit of document.edits) {
      if (!isOwn || !isEditAtCursor(edit, context, document))
        edits.push({ ...edit, ...identifyDocument(document, index) });
      const passage = parsed.passages.find(
        ({ line, lineCount }) => line <= edit.line && edit.line < line + lineCount,
      );
      const candidate =
        passage && !isVisible(passage) ? index.passageCandidate(document, parsed, passage) : undefined;
      if (candidate) recent.push({ ...candidate, atMs: edit.atMs });
    }
  }
  const similarCandidates: SnippetCandidate[] = [];
  for (const { document, parsed, passage } of similar.best) {
    if (slices.shouldYield()) await slices.yieldToEventLoop();
    const candidate = index.passageCandidate(document, parsed, passage);
    if (candidate) similarCandidates.push(candidate);
  }
  return {
    imported,
    similar: similarCandidates,
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
  readonly document: OpenDocument;
  /** The names that the document imports from it. Absent: it imports nothing. */
  readonly names?: readonly string[];
};

/** Data and logs resemble each other, but not code. */
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
/** Imports are at the beginning of a document. */
const importScanCharacters = 16_000;

/** The most useful first, in case time runs out: the document itself, its imports, then the files seen last. */
function filesInOrder(
  { uri, languageId, before, after }: CompletionContext,
  documents: SearchDeps['documents'],
  index: DocumentIndex,
): SearchedFile[] {
  const own = documents.get(uri);
  const others = documents
    .all()
    .filter(
      (other) =>
        other.uri !== uri && (other.languageId === languageId || !dataLanguages.has(other.languageId)),
    )
    .sort((a, b) => b.seenAtMs - a.seenAtMs || (a.uri < b.uri ? -1 : 1));
  const byPath = new Map(others.toReversed().map((other) => [index.pathOf(other.uri), other]));
  const beginning =
    before.slice(0, importScanCharacters) + after.slice(0, Math.max(0, importScanCharacters - before.length));
  const imported = resolveImports(findImports(beginning, languageId, index.pathOf(uri)), [
    ...byPath.keys(),
  ]).flatMap(({ path, names }): SearchedFile[] => {
    const document = byPath.get(path);
    return document ? [{ document, names }] : [];
  });
  const importedDocuments = new Set(imported.map(({ document }) => document));
  return [
    ...(own ? [{ document: own }] : []),
    ...imported,
    ...others.filter((other) => !importedDocuments.has(other)).map((document) => ({ document })),
  ];
}

export const toReadableFile = (document: OpenDocument): ReadableFile => ({
  uri: document.uri,
  languageId: document.languageId,
  characters: document.text.length,
  lines: document.lineCount,
});

const identifyDocument = ({ uri }: OpenDocument, index: DocumentIndex) => ({ uri, name: index.nameOf(uri) });

/** Whether a passage overlaps the document's own text in the prompt. A text other than the context's always counts as visible. */
function isVisiblePassage({ before, after }: CompletionContext, { prefix, suffix }: PrefixAndSuffix) {
  const [start, end] = [before.length - prefix.length, before.length + suffix.length];
  return (text: string) => {
    const isSameText = text.length === before.length + after.length;
    return (passage: Passage): boolean => !isSameText || (passage.start < end && passage.end > start);
  };
}

/** Within this many lines of the cursor, the user is still making the edit. */
const sameEditLines = 3;

function isEditAtCursor(
  { line, added }: { readonly line: number; readonly added: readonly string[] },
  { before }: CompletionContext,
  document: OpenDocument,
): boolean {
  const cursor = document.positionAt(before.length).line;
  return cursor >= line - sameEditLines && cursor < line + added.length + sameEditLines;
}
