/** What the open files have to say beside a gap: what is imported, what is alike, what was edited lately. */

import type { CompletionContext } from '../completion-context.ts';
import type { DocumentStore, OpenDocument } from '../documents.ts';
import type { ReadableFile } from '../file-access.ts';
import type { Library } from './document-index.ts';
import type { EditOf } from './edit-diff.ts';
import type { Candidate } from './excerpts.ts';
import { importsIn, resolve } from './imports.ts';
import type { Passage } from './passages.ts';
import type { Shown } from './prefix-and-suffix.ts';
import { ranking, wordsAround } from './similar.ts';
import type { Slices } from './time-slices.ts';

type Wish = {
  /** What the model reads of the document itself. */
  readonly shown: Shown;
  readonly allowed: (file: ReadableFile) => boolean;
};

/** What the open files have for a gap. */
export type Findings = {
  /** Each best first. */
  readonly imported: readonly Candidate[];
  readonly similar: readonly Candidate[];
  readonly recent: readonly Candidate[];
  readonly edits: readonly EditOf[];
  /** URIs of files that there was no time for. */
  readonly unread: ReadonlySet<string>;
};

export type Means = {
  readonly documents: Pick<DocumentStore, 'get' | 'all'>;
  readonly known: Library;
  readonly slices: Slices;
};

/** Looks through the open files, as far as there is time. */
export async function find(
  situation: CompletionContext,
  wish: Wish,
  { documents, known, slices }: Means,
): Promise<Findings> {
  const files = filesFor(situation, documents, known);
  const unread = new Set(files.map(({ document }) => document.uri));
  const shown = shownIn(situation, wish.shown);
  const similar = ranking(wordsAround(wish.shown));
  const imported: Candidate[] = [];
  const recent: (Candidate & { readonly atMs: number })[] = [];
  const edits: EditOf[] = [];

  for (const { document, names } of files) {
    if (slices.areOver()) break;
    if (slices.isDue()) await slices.next();
    if (!wish.allowed(fileOf(document))) {
      unread.delete(document.uri);
      continue;
    }
    const isOwn = document.uri === situation.uri;
    const signatures = names && known.signatures(document, names);
    if (signatures) imported.push(signatures);
    const reading = await known.read(document, slices);
    if (!reading) break;
    unread.delete(document.uri);
    const isShown = isOwn ? shown(reading.text) : () => false;
    similar.add(document, reading, isShown);
    if (document.editedAtMs === undefined) continue;

    for (const edit of document.edits) {
      if (!isOwn || !isAtCursor(edit, situation, document))
        edits.push({ ...edit, ...nameIn(document, known) });
      const passage = reading.passages.find(
        ({ line, lineCount }) => line <= edit.line && edit.line < line + lineCount,
      );
      const candidate = passage && !isShown(passage) ? known.passage(document, reading, passage) : undefined;
      if (candidate) recent.push({ ...candidate, atMs: edit.atMs });
    }
  }
  const alike: Candidate[] = [];
  for (const { document, reading, passage } of similar.best) {
    if (slices.isDue()) await slices.next();
    const candidate = known.passage(document, reading, passage);
    if (candidate) alike.push(candidate);
  }
  return {
    imported,
    similar: alike,
    recent: recent
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, mostRecentPassages)
      .map(({ atMs: _, ...candidate }) => candidate),
    edits,
    unread,
  };
}

const mostRecentPassages = 8;

type File = {
  readonly document: OpenDocument /** Taken from it by an import. Absent: it is not imported. */;
  readonly names?: readonly string[];
};

/** Data and logs are like each other, and like nothing that is written. */
const data: ReadonlySet<string> = new Set([
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
const beginningCharacters = 16_000;

/** The most helpful first, should there be no time for all: itself, what it imports, what was seen last. */
function filesFor(
  { uri, languageId, before, after }: CompletionContext,
  documents: Means['documents'],
  known: Library,
): File[] {
  const own = documents.get(uri);
  const others = documents
    .all()
    .filter((other) => other.uri !== uri && (other.languageId === languageId || !data.has(other.languageId)))
    .sort((a, b) => b.seenAtMs - a.seenAtMs || (a.uri < b.uri ? -1 : 1));
  const byPath = new Map(others.toReversed().map((other) => [known.pathOf(other.uri), other]));
  const beginning =
    before.slice(0, beginningCharacters) + after.slice(0, Math.max(0, beginningCharacters - before.length));
  const imported = resolve(importsIn(beginning, languageId, known.pathOf(uri)), [...byPath.keys()]).flatMap(
    ({ path, names }): File[] => {
      const document = byPath.get(path);
      return document ? [{ document, names }] : [];
    },
  );
  const first = new Set(imported.map(({ document }) => document));
  return [
    ...(own ? [{ document: own }] : []),
    ...imported,
    ...others.filter((other) => !first.has(other)).map((document) => ({ document })),
  ];
}

export const fileOf = (document: OpenDocument): ReadableFile => ({
  uri: document.uri,
  languageId: document.languageId,
  characters: document.text.length,
  lines: document.lineCount,
});

const nameIn = ({ uri }: OpenDocument, known: Library) => ({ uri, name: known.nameOf(uri) });

/** Whether the model reads a passage of the document itself already. A text that is not the situation's counts as read. */
function shownIn({ before, after }: CompletionContext, { prefix, suffix }: Shown) {
  const [start, end] = [before.length - prefix.length, before.length + suffix.length];
  return (text: string) => {
    const isSame = text.length === before.length + after.length;
    return (passage: Passage): boolean => !isSame || (passage.start < end && passage.end > start);
  };
}

/** Lines around an edit in which the user is still at it. */
const sameEditLines = 3;

function isAtCursor(
  { line, added }: { readonly line: number; readonly added: readonly string[] },
  { before }: CompletionContext,
  document: OpenDocument,
): boolean {
  const cursor = document.positionAt(before.length).line;
  return cursor >= line - sameEditLines && cursor < line + added.length + sameEditLines;
}
