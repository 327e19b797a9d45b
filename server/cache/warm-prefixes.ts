/** Which model has read the beginning of a conversation lately: providers keep it, and charge less for it, for some minutes. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Message, ModelId } from '../../shared/chat.ts';

/** Most providers keep a prefix for five minutes after its last use. */
const keptMs = 300_000;
const mostConversations = 200;

export type WarmPrefix = {
  readonly model: ModelId;
  /** Tokens of the beginning, by estimate. */
  readonly tokens: number;
};

/** @param now milliseconds on any steady clock */
export function warmPrefixes(now: () => number = () => performance.now()) {
  const known = new LRUCache<string, WarmPrefix>({
    max: mostConversations,
    ttl: keptMs,
    ttlResolution: 0,
    perf: { now },
  });
  return {
    /** A model has read these messages. */
    add: (messages: readonly Message[], warm: WarmPrefix): void => void known.set(digest(messages), warm),
    /** The longest beginning of a conversation that a model has read. `undefined`: none, or too long ago. */
    find(messages: readonly Message[]): WarmPrefix | undefined {
      // A beginning ends before the answer to it.
      for (let end = messages.length - 1; end > 0; end--) {
        if (messages[end]?.role !== 'assistant') continue;
        const warm = known.get(digest(messages.slice(0, end)));
        if (warm) return warm;
      }
      return undefined;
    },
    clear: (): void => known.clear(),
  };
}

export type WarmPrefixes = ReturnType<typeof warmPrefixes>;

const digest = (messages: readonly Message[]): string => hash('sha256', JSON.stringify(messages), 'base64');
