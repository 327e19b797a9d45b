/** Which model has read the beginning of a conversation lately: providers keep it, and charge less for it, for some minutes. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Message, ModelId } from '../../shared/chat.ts';
import { messageKey } from './parts-key.ts';

/** Most providers cache a prefix for five minutes after its last use. */
const cacheMs = 300_000;
const maxConversations = 200;

export type WarmPrefix = {
  readonly model: ModelId;
  /** Estimated tokens of the prefix. */
  readonly tokens: number;
};

/** @param now milliseconds on any monotonic clock */
export function warmPrefixes(now: () => number = () => performance.now()) {
  const prefixes = new LRUCache<string, WarmPrefix>({
    max: maxConversations,
    ttl: cacheMs,
    ttlResolution: 0,
    perf: { now },
  });
  return {
    /** A model has read these messages. */
    add: (messages: readonly Message[], warm: WarmPrefix): void => void prefixes.set(digest(messages), warm),
    /** The longest prefix of a conversation that a model has read. `undefined`: none, or too long ago. */
    find(messages: readonly Message[]): WarmPrefix | undefined {
      // A prefix ends before an answer.
      for (let end = messages.length - 1; end > 0; end--) {
        if (messages[end]?.role !== 'assistant') continue;
        const warm = prefixes.get(digest(messages.slice(0, end)));
        if (warm) return warm;
      }
      return undefined;
    },
    clear: (): void => prefixes.clear(),
  };
}

export type WarmPrefixes = ReturnType<typeof warmPrefixes>;

const digest = (messages: readonly Message[]): string =>
  hash('sha256', JSON.stringify(messages.map(messageKey)), 'base64');
