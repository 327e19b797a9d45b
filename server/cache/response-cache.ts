/** Answers already given, by exactly what was asked. In memory only: they hold the user's text. */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { FinishReason, Message, ModelId, Usage } from '../../shared/chat.ts';

/** All that decides an answer. The task type is not part of it: it follows from these. */
export type CacheKey = {
  readonly messages: readonly Message[];
  readonly role: string | undefined;
  /** The pinned model; another pin is another question. */
  readonly model: string | undefined;
  /** The model whose answer was too weak; its answer is not given again. */
  readonly strongerThan: string | undefined;
  /** What the code answer would replace; another selection is another question. */
  readonly file: string | undefined;
  /** What the model might have called instead of answering. */
  readonly tools?: unknown;
};

export type CachedAnswer = {
  readonly text: string;
  readonly model: ModelId;
  readonly reason: FinishReason;
  readonly usage: Usage;
};

export type CacheLimits = { readonly maxEntries: number; readonly maxAgeMs: number };

/** @param now milliseconds on any steady clock, handed in so that tests own it */
export function responseCache(limits: CacheLimits, now: () => number = () => performance.now()) {
  let answers = make(limits, now);
  return {
    get: (question: CacheKey): CachedAnswer | undefined => answers.get(keyOf(question)),
    /** Only complete answers belong here: a cut one would be cut for everybody after. */
    set: (question: CacheKey, answer: CachedAnswer): void => void answers.set(keyOf(question), answer),
    /** Returns how many answers were forgotten. */
    clear(): number {
      const { size } = answers;
      answers.clear();
      return size;
    },
    /** New limits; what fits is kept. */
    resize(next: CacheLimits): void {
      if (next.maxEntries === limits.maxEntries && next.maxAgeMs === limits.maxAgeMs) return;
      const kept = answers.dump();
      limits = next;
      answers = make(limits, now);
      answers.load(kept);
    },
  };
}

export type ResponseCache = ReturnType<typeof responseCache>;

const make = ({ maxEntries, maxAgeMs }: CacheLimits, now: () => number) =>
  new LRUCache<string, CachedAnswer>({ max: maxEntries, ttl: maxAgeMs, ttlResolution: 0, perf: { now } });

/** A digest: a key that held the whole prompt would keep it twice. Texts go in one by one, after their lengths: no copy. */
function keyOf({ messages, role, model, strongerThan, file, tools }: CacheKey): string {
  const outline = messages.map(({ content, ...rest }) => [
    rest,
    typeof content === 'string' ? content.length : content,
  ]);
  const hash = createHash('sha256').update(JSON.stringify([outline, role, model, strongerThan, file, tools]));
  for (const { content } of messages) if (typeof content === 'string') hash.update(content);
  return hash.digest('base64');
}
