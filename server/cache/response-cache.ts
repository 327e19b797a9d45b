/** Cached answers to identical requests. In memory only: they contain the user's text. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { FinishReason, Message, ModelId, Usage } from '../../shared/chat.ts';
import { partsKey } from './parts-key.ts';

export type CachedAnswer = {
  readonly text: string;
  readonly model: ModelId;
  readonly reason: FinishReason;
  readonly usage: Usage;
};

export type CacheLimits = { readonly maxEntries: number; readonly maxAgeMs: number };

/** @param now milliseconds on any monotonic clock */
export function responseCache(limits: CacheLimits, now: () => number = () => performance.now()) {
  let answers = make(limits, now);
  return {
    /** @param key of `cacheKey` */
    get: (key: string): CachedAnswer | undefined => answers.get(key),
    /** Add only complete answers. */
    set: (key: string, answer: CachedAnswer): void => void answers.set(key, answer),
    /** Returns the number of removed answers. */
    clear(): number {
      const { size } = answers;
      answers.clear();
      return size;
    },
    /** Applies new limits; answers that fit are kept. */
    resize(next: CacheLimits): void {
      if (next.maxEntries === limits.maxEntries && next.maxAgeMs === limits.maxAgeMs) return;
      const entries = answers.dump();
      limits = next;
      answers = make(limits, now);
      answers.load(entries);
    },
  };
}

export type ResponseCache = ReturnType<typeof responseCache>;

const make = ({ maxEntries, maxAgeMs }: CacheLimits, now: () => number) =>
  new LRUCache<string, CachedAnswer>({ max: maxEntries, ttl: maxAgeMs, ttlResolution: 0, perf: { now } });

/**
 * A digest, so that the key does not store the prompt.
 * @param fields everything else that determines the answer, in a fixed order
 */
export function cacheKey(messages: readonly Message[], fields: readonly unknown[]): string {
  const outline = messages.map(({ content, ...rest }) => [
    rest,
    typeof content === 'string' ? content.length : partsKey(content),
  ]);
  let text = JSON.stringify([outline, fields]);
  for (const { content } of messages) if (typeof content === 'string') text += content;
  return hash('sha256', text, 'base64');
}
