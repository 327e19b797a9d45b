/**
 * Compactions of conversations that go on: the next turn begins with the same text, so that it is neither summarised again nor
 * new to the service's prompt cache. In memory only: they hold the user's text.
 */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Message } from '../../../shared/chat.ts';
import { messageKey } from '../../cache/parts-key.ts';
import type { CompactedHistory } from './compact.ts';

export type KnownCompaction = Pick<CompactedHistory, 'cut' | 'replaced'>;

/** Characters of all of them together. */
const maxCharacters = 8_000_000;

export function knownCompactions() {
  const compactions = new LRUCache<string, KnownCompaction>({
    max: 200,
    maxSize: maxCharacters,
    sizeCalculation: ({ replaced }) => 1 + JSON.stringify(replaced).length,
  });
  return {
    /** The longest one that this conversation begins with. `undefined`: none. */
    find(messages: readonly Message[]): KnownCompaction | undefined {
      if (compactions.size === 0) return undefined;
      const digests = digestsOf(messages);
      for (let cut = messages.length; cut > 0; cut -= 1) {
        const found = compactions.get(digests[cut - 1] ?? '');
        if (found) return found;
      }
      return undefined;
    },
    add(messages: readonly Message[], { cut, replaced }: KnownCompaction): void {
      const digest = digestsOf(messages.slice(0, cut)).at(-1);
      if (digest !== undefined) compactions.set(digest, { cut, replaced });
    },
  };
}

export type KnownCompactions = ReturnType<typeof knownCompactions>;

/** Of each beginning of the conversation. */
function digestsOf(messages: readonly Message[]): readonly string[] {
  let digest = '';
  return messages.map((message) => {
    digest = hash('sha256', digest + JSON.stringify(messageKey(message)), 'base64');
    return digest;
  });
}
