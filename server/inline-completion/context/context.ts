/** What is read beside a gap: places like it, what it imports, types around it, recent edits. Found in time, or left out. */
import { LRUCache } from 'lru-cache';
import type { Excerpt, ModelId } from '../../../shared/chat.ts';
import { toRumboError } from '../../../shared/errors.ts';
import { type Clock, delay, steadyClock } from '../clock.ts';
import type { CompletionContext } from '../completion-context.ts';
import type { DocumentStore } from '../documents.ts';
import type { ReadableFile } from '../file-access.ts';
import { library } from './document-index.ts';
import { changesOf } from './edit-diff.ts';
import { type Candidate, type Chosen, choose, fuse, keyOf, tokensOf } from './excerpts.ts';
import { fileOf, find, type Means } from './find-excerpts.ts';
import type { Shown } from './prefix-and-suffix.ts';
import { withoutSecrets } from './secrets.ts';
import { slicesUntil } from './time-slices.ts';

/** Where something around the cursor is declared, as a language server knows it. */
export type Definition = {
  readonly uri: string;
  /** From 0. */
  readonly line: number;
  readonly text: string;
};

export type ContextWish = {
  /** Who is to read it: what a model has read before keeps its place for this model. */
  readonly model: ModelId;
  /** What the model reads of the document itself. */
  readonly shown: Shown;
  readonly budgetTokens: number;
  /** Whether this model may read a file; `mayRead` of a reading guard. Asked of every file, this one too. */
  readonly allowed: (file: ReadableFile) => boolean;
  /** Milliseconds. What is not there by then is left out. Absent: 50. */
  readonly deadlineMs?: number;
  /** Best first. May be late, or reject: it is left out then. Absent: the client knows none. */
  readonly definitions?: Promise<readonly Definition[]>;
};

export type Context = {
  /** In the order in which they are read, the most stable first. Never more tokens than the budget, by estimate. */
  readonly extra: readonly Excerpt[];
  readonly tokens: number;
  /** Files that something of is in it, each once. */
  readonly uris: readonly string[];
  /** Everything was there in time. */
  readonly isWhole: boolean;
};

export type ContextParts = {
  readonly documents: Pick<DocumentStore, 'get' | 'all'>;
  /** A file's name as a model is told it; `namesIn(folders)`. */
  readonly nameOf: (uri: string) => string;
  readonly clock?: Clock;
};

const usualDeadlineMs = 50;
/** Milliseconds of it that choosing takes, at most. */
const choosingMs = 8;
/** Recent edits change with every edit, so that they stand last and have room of their own. */
const changesShare = 0.2;
/** Documents whose last choice is kept. */
const rememberedChoices = 64;

/** Finds context for one situation after another, and remembers what was read for the last one. */
export function contexts({ documents, nameOf, clock = steadyClock }: ContextParts) {
  const known = library(nameOf);
  const choices = new LRUCache<string, readonly Chosen[]>({ max: rememberedChoices });

  return {
    /** Rejects with `cancelled` when the signal aborts, and never else. */
    async contextFor(situation: CompletionContext, wish: ContextWish, signal: AbortSignal): Promise<Context> {
      const { model, budgetTokens, deadlineMs = usualDeadlineMs } = wish;
      const findingMs = deadlineMs - Math.min(choosingMs, deadlineMs / 4);
      const slices = slicesUntil(clock, clock.now() + findingMs, signal);
      const told = wish.definitions === undefined ? [] : inTime(wish.definitions, clock, findingMs, signal);
      const found = await find(situation, wish, { documents, known, slices });
      const definitions = await told;
      if (signal.aborted) throw toRumboError(signal.reason, signal);

      const rankings = [
        found.imported,
        found.similar,
        found.recent,
        (definitions ?? []).flatMap((definition) =>
          candidateOf(definition, situation, wish, { documents, known }),
        ),
      ];
      const scores = fuse(rankings);
      const candidates = new Map(rankings.flat().map((each) => [keyOf(each), each]));

      const place = `${model}\n${situation.uri}`;
      const before = choices.get(place) ?? [];
      for (const old of before) {
        // Nobody had time to say whether it is of use still.
        const isOpenQuestion =
          old.source === 'definition' ? definitions === undefined : found.unread.has(old.uri);
        if (!isOpenQuestion || candidates.has(keyOf(old)) || !isThere(old, documents, wish)) continue;
        candidates.set(keyOf(old), old);
        scores.set(keyOf(old), old.score);
      }

      const room = Math.floor(budgetTokens * changesShare);
      const chosen = choose([...candidates.values()], scores, before, budgetTokens - room);
      choices.set(place, chosen);
      const changes = changesOf(found.edits, room);

      const extra: Excerpt[] = chosen.map(({ name, text }) => ({ name, text }));
      if (changes) extra.push(changes.excerpt);
      return {
        extra,
        tokens: extra.reduce((sum, excerpt) => sum + tokensOf(excerpt), 0),
        uris: [...new Set([...chosen.map(({ uri }) => uri), ...(changes?.uris ?? [])])],
        isWhole: found.unread.size === 0 && definitions !== undefined,
      };
    },
    /** A document was closed. */
    closed(uri: string): void {
      known.forget(uri);
      for (const key of choices.keys()) if (key.endsWith(`\n${uri}`)) choices.delete(key);
    },
  };
}

export type Contexts = ReturnType<typeof contexts>;

/** `undefined`: it came too late, or not at all. Never rejects. */
async function inTime<T>(
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

function candidateOf(
  { uri, line, text }: Definition,
  situation: CompletionContext,
  { allowed, shown }: ContextWish,
  { documents, known }: Pick<Means, 'documents' | 'known'>,
): Candidate[] {
  const document = documents.get(uri);
  if (!allowed(document ? fileOf(document) : { uri, characters: text.length })) return [];
  // What the model reads in its place already.
  if (uri === situation.uri && `${shown.prefix}${shown.suffix}`.includes(text.trim())) return [];
  const left = withoutSecrets(text).trimEnd();
  return left === '' ? [] : [{ uri, name: known.nameOf(uri), line, text: left, source: 'definition' }];
}

/** A choice from before holds still: its file may be read, and has that text. */
function isThere(
  { uri, text, source }: Chosen,
  documents: Means['documents'],
  { allowed }: ContextWish,
): boolean {
  const document = documents.get(uri);
  if (!document) return source === 'definition' && allowed({ uri });
  return allowed(fileOf(document)) && (source !== 'passage' || document.text.includes(text));
}
