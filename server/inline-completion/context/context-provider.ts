/** What is read beside a gap: places like it, what it imports, types around it, recent edits. Found in time, or left out. */
import { LRUCache } from 'lru-cache';
import type { CodeSnippet, ModelId } from '../../../shared/chat.ts';
import { toRumboError } from '../../../shared/errors.ts';
import { type Clock, delay, steadyClock } from '../clock.ts';
import type { CompletionContext } from '../completion-context.ts';
import type { DocumentStore } from '../documents.ts';
import type { ReadableFile } from '../file-access.ts';
import { documentIndex } from './document-index.ts';
import { formatEditDiff } from './edit-diff.ts';
import { findSnippets, type SearchDeps, toReadableFile } from './find-snippets.ts';
import type { PrefixAndSuffix } from './prefix-and-suffix.ts';
import { removeSecretLines } from './secrets.ts';
import {
  fuseRankings,
  type SelectedSnippet,
  type SnippetCandidate,
  selectSnippets,
  snippetKey,
  snippetTokens,
} from './snippet-selection.ts';
import { timeSlices } from './time-slices.ts';

/** Where something around the cursor is declared, as a language server knows it. */
export type DefinitionSnippet = {
  readonly uri: string;
  /** From 0. */
  readonly line: number;
  readonly text: string;
};

export type ContextRequest = {
  /** Who is to read it: what a model has read before keeps its place for this model. */
  readonly model: ModelId;
  /** What the model reads of the document itself. */
  readonly visibleText: PrefixAndSuffix;
  readonly budgetTokens: number;
  /** Whether this model may read a file; `mayRead` of a reading guard. Asked of every file, this one too. */
  readonly mayRead: (file: ReadableFile) => boolean;
  /** Milliseconds. What is not there by then is left out. Absent: 50. */
  readonly deadlineMs?: number;
  /** Best first. May be late, or reject: it is left out then. Absent: the client knows none. */
  readonly definitions?: Promise<readonly DefinitionSnippet[]>;
};

export type PromptContext = {
  /** In the order in which they are read, the most stable first. Never more tokens than the budget, by estimate. */
  readonly snippets: readonly CodeSnippet[];
  readonly tokens: number;
  /** Files that something of is in it, each once. */
  readonly uris: readonly string[];
  /** Everything was there in time. */
  readonly isComplete: boolean;
};

export type ContextProviderDeps = {
  readonly documents: Pick<DocumentStore, 'get' | 'all'>;
  /** A file's name as a model is told it; `namesIn(folders)`. */
  readonly nameOf: (uri: string) => string;
  readonly clock?: Clock;
};

const defaultDeadlineMs = 50;
/** Milliseconds of it that choosing takes, at most. */
const selectionMs = 8;
/** Recent edits change with every edit, so that they stand last and have room of their own. */
const editsShare = 0.2;
/** Documents whose last choice is kept. */
const maxCachedSelections = 64;

/** Finds context for one context after another, and remembers what was read for the last one. */
export function contextProvider({ documents, nameOf, clock = steadyClock }: ContextProviderDeps) {
  const known = documentIndex(nameOf);
  const choices = new LRUCache<string, readonly SelectedSnippet[]>({ max: maxCachedSelections });

  return {
    /** Rejects with `cancelled` when the signal aborts, and never else. */
    async getContext(
      context: CompletionContext,
      wish: ContextRequest,
      signal: AbortSignal,
    ): Promise<PromptContext> {
      const { model, budgetTokens, deadlineMs = defaultDeadlineMs } = wish;
      const findingMs = deadlineMs - Math.min(selectionMs, deadlineMs / 4);
      const slices = timeSlices(clock, clock.now() + findingMs, signal);
      const told =
        wish.definitions === undefined ? [] : withDeadline(wish.definitions, clock, findingMs, signal);
      const found = await findSnippets(context, wish, { documents, index: known, slices });
      const definitions = await told;
      if (signal.aborted) throw toRumboError(signal.reason, signal);

      const rankings = [
        found.imported,
        found.similar,
        found.recent,
        (definitions ?? []).flatMap((definition) =>
          toCandidates(definition, context, wish, { documents, index: known }),
        ),
      ];
      const scores = fuseRankings(rankings);
      const candidates = new Map(rankings.flat().map((each) => [snippetKey(each), each]));

      const place = `${model}\n${context.uri}`;
      const before = choices.get(place) ?? [];
      for (const old of before) {
        // Nobody had time to say whether it is of use still.
        const isOpenQuestion =
          old.source === 'definition' ? definitions === undefined : found.unread.has(old.uri);
        if (!isOpenQuestion || candidates.has(snippetKey(old)) || !isStillValid(old, documents, wish))
          continue;
        candidates.set(snippetKey(old), old);
        scores.set(snippetKey(old), old.score);
      }

      const room = Math.floor(budgetTokens * editsShare);
      const chosen = selectSnippets([...candidates.values()], scores, before, budgetTokens - room);
      choices.set(place, chosen);
      const changes = formatEditDiff(found.edits, room);

      const extra: CodeSnippet[] = chosen.map(({ name, text }) => ({ name, text }));
      if (changes) extra.push(changes.snippet);
      return {
        snippets: extra,
        tokens: extra.reduce((sum, excerpt) => sum + snippetTokens(excerpt), 0),
        uris: [...new Set([...chosen.map(({ uri }) => uri), ...(changes?.uris ?? [])])],
        isComplete: found.unread.size === 0 && definitions !== undefined,
      };
    },
    /** A document was closed. */
    onDocumentClosed(uri: string): void {
      known.forget(uri);
      for (const key of choices.keys()) if (key.endsWith(`\n${uri}`)) choices.delete(key);
    },
  };
}

export type ContextProvider = ReturnType<typeof contextProvider>;

/** `undefined`: it came too late, or not at all. Never rejects. */
async function withDeadline<T>(
  promise: Promise<T>,
  clock: Clock,
  ms: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  const settled = new AbortController();
  try {
    return await Promise.race([
      promise.catch(() => undefined),
      delay(clock, ms, AbortSignal.any([signal, settled.signal])).then(() => undefined),
    ]);
  } finally {
    settled.abort();
  }
}

function toCandidates(
  { uri, line, text }: DefinitionSnippet,
  context: CompletionContext,
  { mayRead, visibleText }: ContextRequest,
  { documents, index }: Pick<SearchDeps, 'documents' | 'index'>,
): SnippetCandidate[] {
  const document = documents.get(uri);
  if (!mayRead(document ? toReadableFile(document) : { uri, characters: text.length })) return [];
  // What the model reads in its place already.
  if (uri === context.uri && `${visibleText.prefix}${visibleText.suffix}`.includes(text.trim())) return [];
  const left = removeSecretLines(text).trimEnd();
  return left === '' ? [] : [{ uri, name: index.nameOf(uri), line, text: left, source: 'definition' }];
}

/** A choice from before holds still: its file may be read, and has that text. */
function isStillValid(
  { uri, text, source }: SelectedSnippet,
  documents: SearchDeps['documents'],
  { mayRead }: ContextRequest,
): boolean {
  const document = documents.get(uri);
  if (!document) return source === 'definition' && mayRead({ uri });
  return mayRead(toReadableFile(document)) && (source !== 'passage' || document.text.includes(text));
}
