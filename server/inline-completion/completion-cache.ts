/**
 * Answers already given, found by all that decided them: file, model, the document before the cursor to the unit, and the
 * document after it. In memory only: they hold the user's text. An answer serves each place along its own text, so typing
 * along one never misses.
 */
import { createHash } from 'node:crypto';
import type { ModelId } from '../../shared/chat.ts';
import { type Completion, contextAfterAccept, effectivePrefix, remainingSuggestion } from './completion.ts';
import type { CompletionContext, Suggestion } from './completion-context.ts';
import { type PrefixTree, prefixTree } from './prefix-tree.ts';

export type CompletionCacheLimits = { readonly entries: number /** Of text kept. */; readonly bytes: number };

/** How an answer came to be known: asked for here, left over from a longer one, or asked for ahead. */
export type CompletionOrigin = 'model' | 'streak' | 'speculated';

export type CachedCompletion = Completion & {
  /** Who wrote it; with hedging not always who was asked. */
  readonly model: ModelId;
  readonly origin: CompletionOrigin;
  /** Digest of the end of the document that it keeps. */
  readonly suffixDigest: string;
};

export type CacheHit = { readonly completion: CachedCompletion; readonly suggestion: Suggestion };

export type CompletionCache = {
  /** What is known for this place, the model that saw most of it first, and of those the newest. */
  find(context: CompletionContext, asked: ModelId): readonly CacheHit[];
  /** @param asked who was chosen for the question */
  add(
    context: CompletionContext,
    asked: ModelId,
    answer: Completion,
    from: { model: ModelId; origin: CompletionOrigin },
  ): CachedCompletion;
  /** Forgets a file. */
  forget(uri: string): void;
  clear(): void;
  readonly entries: number;
  readonly bytes: number;
};

type CacheEntry = {
  readonly remove: () => void;
  /** Rises with each use. */
  readonly lastUse: number;
};

/** @param limits asked at every addition, so that a new setting holds at once */
export function completionCache(limits: () => CompletionCacheLimits): CompletionCache {
  /** By file, then by the model asked. */
  const files = new Map<string, Map<ModelId, PrefixTree<CachedCompletion>>>();
  /** Everything, least lately used first. */
  const uses = new Map<CachedCompletion, CacheEntry>();
  let turn = 0;

  const bytes = (): number => {
    let sum = 0;
    for (const models of files.values()) for (const tree of models.values()) sum += tree.bytes;
    return sum;
  };
  const treeOf = (uri: string, model: ModelId): PrefixTree<CachedCompletion> => {
    const models = files.get(uri) ?? new Map<ModelId, PrefixTree<CachedCompletion>>();
    const tree = models.get(model) ?? prefixTree<CachedCompletion>();
    files.set(uri, models.set(model, tree));
    return tree;
  };
  const used = (answer: CachedCompletion): void => {
    const use = uses.get(answer);
    if (!use || !uses.delete(answer)) return;
    uses.set(answer, { ...use, lastUse: ++turn });
  };
  const shrink = (): void => {
    const { entries, bytes: most } = limits();
    for (const [answer, { remove }] of uses) {
      if (uses.size <= entries && bytes() <= most) return;
      uses.delete(answer);
      remove();
    }
  };

  return {
    find(context, asked) {
      const below = files.get(context.uri)?.get(asked)?.valuesUnder(effectivePrefix(context)) ?? [];
      const digests = new Map<number, string>();
      const found: CacheHit[] = [];
      for (const answer of below) {
        const suggestion = remainingSuggestion(answer, context, (end) => {
          const known = digests.get(end.length) ?? digest(end);
          digests.set(end.length, known);
          return known === answer.suffixDigest;
        });
        if (suggestion && suggestion !== 'more') found.push({ completion: answer, suggestion });
      }
      const lately = ({ completion }: CacheHit): number => uses.get(completion)?.lastUse ?? 0;
      found.sort((a, b) => b.completion.requestedAt - a.completion.requestedAt || lately(b) - lately(a));
      if (found[0]) used(found[0].completion);
      return found;
    },
    add(context, asked, answer, { model, origin }) {
      const { before: text, after } = contextAfterAccept(context, answer);
      const suffixDigest = digest(after);
      const known: CachedCompletion = { ...answer, model, origin, suffixDigest };
      const tree = treeOf(context.uri, asked);
      const same = tree.valuesUnder(text).find((other) => isSame(other, known));
      if (same) {
        used(same);
        return same;
      }
      uses.set(known, { remove: tree.add(text, known), lastUse: ++turn });
      shrink();
      return known;
    },
    forget(uri) {
      const gone = new Set([...(files.get(uri)?.values() ?? [])].flatMap((tree) => tree.valuesUnder('')));
      for (const answer of gone) uses.delete(answer);
      files.delete(uri);
    },
    clear() {
      files.clear();
      uses.clear();
    },
    get entries() {
      return uses.size;
    },
    get bytes() {
      return bytes();
    },
  };
}

const isSame = (one: CachedCompletion, other: CachedCompletion): boolean =>
  one.start === other.start &&
  one.requestedAt === other.requestedAt &&
  one.insert === other.insert &&
  one.suffixDigest === other.suffixDigest;

/** A file's end in a few bytes. */
const digest = (text: string): string => createHash('sha1').update(text).digest('base64');
