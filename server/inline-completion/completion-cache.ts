/**
 * Completions already generated, looked up by everything that determined them: file, model, the document before the cursor
 * to the unit, and the document after it. In memory only: they contain the user's text. A completion serves every position
 * along its own text, so typing along one never misses.
 */
import { createHash } from 'node:crypto';
import type { ModelId } from '../../shared/chat.ts';
import { type Completion, contextAfterAccept, effectivePrefix, remainingSuggestion } from './completion.ts';
import type { CompletionContext, Suggestion } from './completion-context.ts';
import { type PrefixTree, prefixTree } from './prefix-tree.ts';

export type CompletionCacheLimits = {
  readonly entries: number /** Of stored text. */;
  readonly bytes: number;
};

/** Requested for its position, read past the end of another completion, or requested before the user got there. */
export type CompletionOrigin = 'model' | 'read-ahead' | 'speculative';

export type CachedCompletion = Completion & {
  /** The model that generated it; with hedging not always the one the request was for. */
  readonly model: ModelId;
  readonly origin: CompletionOrigin;
  /** Digest of the end of the document that it leaves unchanged. */
  readonly suffixDigest: string;
};

export type CacheHit = { readonly completion: CachedCompletion; readonly suggestion: Suggestion };

export type CompletionCache = {
  /** Completions for this position: first those generated from the longest prefix, among these the latest used. */
  find(context: CompletionContext, requestedModel: ModelId): readonly CacheHit[];
  /** @param requestedModel the first choice for the request */
  add(
    context: CompletionContext,
    requestedModel: ModelId,
    completion: Completion,
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
  /** Increases with each use. */
  readonly lastUse: number;
};

/** @param limits read at every addition, so that a new setting applies at once */
export function completionCache(limits: () => CompletionCacheLimits): CompletionCache {
  /** By file, then by requested model. */
  const files = new Map<string, Map<ModelId, PrefixTree<CachedCompletion>>>();
  /** All completions, least recently used first. */
  const entries = new Map<CachedCompletion, CacheEntry>();
  let uses = 0;

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
  const touch = (completion: CachedCompletion): void => {
    const entry = entries.get(completion);
    if (!entry || !entries.delete(completion)) return;
    entries.set(completion, { ...entry, lastUse: ++uses });
  };
  const evict = (): void => {
    const max = limits();
    for (const [completion, { remove }] of entries) {
      if (entries.size <= max.entries && bytes() <= max.bytes) return;
      entries.delete(completion);
      remove();
    }
  };

  return {
    find(context, requestedModel) {
      const tree = files.get(context.uri)?.get(requestedModel);
      const digests = new Map<number, string>();
      const digestOf = (end: string): string => {
        const computed = digests.get(end.length) ?? digest(end);
        digests.set(end.length, computed);
        return computed;
      };
      const hits: CacheHit[] = [];
      for (const completion of tree?.valuesUnder(effectivePrefix(context)) ?? []) {
        const isSameSuffix = (end: string) => digestOf(end) === completion.suffixDigest;
        const suggestion = remainingSuggestion(completion, context, isSameSuffix);
        if (suggestion && suggestion !== 'no-text') hits.push({ completion, suggestion });
      }
      const lastUse = ({ completion }: CacheHit): number => entries.get(completion)?.lastUse ?? 0;
      hits.sort((a, b) => b.completion.requestedAt - a.completion.requestedAt || lastUse(b) - lastUse(a));
      if (hits[0]) touch(hits[0].completion);
      return hits;
    },
    add(context, requestedModel, completion, { model, origin }) {
      const { before: text, after } = contextAfterAccept(context, completion);
      const cached: CachedCompletion = { ...completion, model, origin, suffixDigest: digest(after) };
      const tree = treeOf(context.uri, requestedModel);
      const same = tree.valuesUnder(text).find((other) => isSame(other, cached));
      if (same) {
        touch(same);
        return same;
      }
      entries.set(cached, { remove: tree.add(text, cached), lastUse: ++uses });
      evict();
      return cached;
    },
    forget(uri) {
      const trees = [...(files.get(uri)?.values() ?? [])];
      for (const completion of new Set(trees.flatMap((tree) => tree.valuesUnder(''))))
        entries.delete(completion);
      files.delete(uri);
    },
    clear() {
      files.clear();
      entries.clear();
    },
    get entries() {
      return entries.size;
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

/** Stands for the end of a document in a few bytes. */
const digest = (text: string): string => createHash('sha1').update(text).digest('base64');
