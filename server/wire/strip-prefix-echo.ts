/** Services that say the beginning they were given once more before they go on from it (Mistral's `prefix`). https://github.com/vercel/ai/pull/3256 */
import type { EnginePart } from '../../shared/chat.ts';
import type { StreamDecoder } from './wire-format.ts';

/** The same answer without the beginning at its front. Text waits only while it is still the same as the beginning. */
export function stripPrefixEcho(decoder: StreamDecoder, beginning: string): StreamDecoder {
  // Blanks at its end may be lost on the way.
  const leastEcho = beginning.trimEnd().length;
  let held: string | undefined = '';

  const shown = (part: EnginePart): readonly EnginePart[] => {
    if (held === undefined || part.type === 'reasoning-delta') return [part];
    if (part.type !== 'text-delta') return [...release(held), part];
    held += part.text;
    return held.length < beginning.length && beginning.startsWith(held) ? [] : release(held);
  };

  const release = (text: string): readonly EnginePart[] => {
    held = undefined;
    const same = commonStart(text, beginning);
    // Less than all of it was no repetition, only like one.
    const rest = same < leastEcho ? text : text.slice(same);
    return rest ? [{ type: 'text-delta', text: rest }] : [];
  };

  return {
    get hasFinishReason() {
      return decoder.hasFinishReason;
    },
    read: (event) => decoder.read(event).flatMap(shown),
    end: () => decoder.end().flatMap(shown),
  };
}

function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}
