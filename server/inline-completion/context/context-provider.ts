/** Provides the snippets of a prompt: similar passages, imported signatures, definitions and recent edits, as far as time allows. */
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

/** The declaration of a symbol near the cursor, from a language server. */
export type DefinitionSnippet = {
  readonly uri: string;
  /** From 0. */
  readonly line: number;
  readonly text: string;
};

export type ContextRequest = {
  /** The model that reads the prompt: snippets that it has read before keep their position. */
  readonly model: ModelId;
  /** The document's own text in the prompt. */
  readonly visibleText: PrefixAndSuffix;
  readonly budgetTokens: number;
  /** Whether this model may read a file; called for every file, including the document itself. */
  readonly mayRead: (file: ReadableFile) => boolean;
  /** Milliseconds. What has not arrived by then is omitted. Absent: 50. */
  readonly deadlineMs?: number;
  /** Best first. Omitted if late or rejected. Absent: the client provides none. */
  readonly definitions?: Promise<readonly DefinitionSnippet[]>;
};

export type PromptContext = {
  /** In prompt order, the most stable first. Never more tokens than the budget, by estimate. */
  readonly snippets: readonly CodeSnippet[];
  readonly tokens: number;
  /** URIs of the files that the snippets come from, each once. */
  readonly uris: readonly string[];
  /** Nothing was omitted for lack of time. */
  readonly isComplete: boolean;
};

export type ContextProviderDeps = {
  readonly documents: Pick<DocumentStore, 'get' | 'all'>;
  /** A file's name in the prompt; `workspaceNames(folders)`. */
  readonly nameOf: (uri: string) => string;
  readonly clock?: Clock;
};

const defaultDeadlineMs = 50;
/** Milliseconds reserved for the selection, at most. */
const selectionMs = 8;
/** Share of the token budget for recent edits. They change with every edit, and therefore come last. */
const editsShare = 0.2;
/** Selections to keep, one per model and document. */
const maxCachedSelections = 64;

/** Remembers the last selection per model and document, so that a prompt changes little between keystrokes. */
export function contextProvider({ documents, nameOf, clock = steadyClock }: ContextProviderDeps) {
  const index = documentIndex(nameOf);
  const selections = new LRUCache<string, readonly SelectedSnippet[]>({ max: maxCachedSelections });

  return {
    /** Rejects with `cancelled` when the signal aborts, and for no other reason. */
    async getContext(
      context: CompletionContext,
      request: ContextRequest,
      signal: AbortSignal,
    ): Promise<PromptContext> {
      const { model, budgetTokens, deadlineMs = defaultDeadlineMs } = request;
      const searchMs = deadlineMs - Math.min(selectionMs, deadlineMs / 4);
      const slices = timeSlices(clock, clock.now() + searchMs, signal);
      const definitionsInTime =
        request.definitions === undefined ? [] : withDeadline(request.definitions, clock, searchMs, signal);
      const results = await findSnippets(context, request, { documents, index, slices });
      const definitions = await definitionsInTime;
      if (signal.aborted) throw toRumboError(signal.reason, signal);

      const rankings = [
        results.imported,
        results.similar,
        results.recent,
        (definitions ?? []).flatMap((definition) =>
          toCandidates(definition, context, request, { documents, index }),
        ),
      ];
      const scores = fuseRankings(rankings);
      const candidates = new Map(rankings.flat().map((each) => [snippetKey(each), each]));

      const key = `${model}\n${context.uri}`;
      const previous = selections.get(key) ?? [];
      for (const old of previous) {
        // There was no time to decide whether it is still useful.
        const isUndecided =
          old.source === 'definition' ? definitions === undefined : results.unread.has(old.uri);
        if (!isUndecided || candidates.has(snippetKey(old)) || !isStillValid(old, documents, request))
          continue;
        candidates.set(snippetKey(old), old);
        scores.set(snippetKey(old), old.score);
      }

      const editTokens = Math.floor(budgetTokens * editsShare);
      const selected = selectSnippets([...candidates.values()], scores, previous, budgetTokens - editTokens);
      selections.set(key, selected);
      const diff = formatEditDiff(results.edits, editTokens);

      const snippets: CodeSnippet[] = selected.map(({ name, text }) => ({ name, text }));
      if (diff) snippets.push(diff.snippet);
      return {
        snippets,
        tokens: snippets.reduce((sum, snippet) => sum + snippetTokens(snippet), 0),
        uris: [...new Set([...selected.map(({ uri }) => uri), ...(diff?.uris ?? [])])],
        isComplete: results.unread.size === 0 && definitions !== undefined,
      };
    },
    onDocumentClosed(uri: string): void {
      index.forget(uri);
      for (const key of selections.keys()) if (key.endsWith(`\n${uri}`)) selections.delete(key);
    },
  };
}

export type ContextProvider = ReturnType<typeof contextProvider>;

/** `undefined`: the promise was late, or rejected. Never rejects. */
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
  // The prompt already contains it as the document's own text.
  if (uri === context.uri && `${visibleText.prefix}${visibleText.suffix}`.includes(text.trim())) return [];
  const publicText = removeSecretLines(text).trimEnd();
  return publicText === ''
    ? []
    : [{ uri, name: index.nameOf(uri), line, text: publicText, source: 'definition' }];
}

/** A snippet selected before is still valid: the model may read its file, and the file still contains it. */
function isStillValid(
  { uri, text, source }: SelectedSnippet,
  documents: SearchDeps['documents'],
  { mayRead }: ContextRequest,
): boolean {
  const document = documents.get(uri);
  if (!document) return source === 'definition' && mayRead({ uri });
  return mayRead(toReadableFile(document)) && (source !== 'passage' || document.text.includes(text));
}
