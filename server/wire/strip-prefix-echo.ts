/** For services that repeat the prefix before they continue it (Mistral's `prefix`). https://github.com/vercel/ai/pull/3256 */
import type { EnginePart } from '../../shared/chat.ts';
import type { StreamDecoder } from './wire-format.ts';

/** The same answer without the repeated prefix. Text is buffered only while it equals the prefix. */
export function stripPrefixEcho(decoder: StreamDecoder, prefix: string): StreamDecoder {
  // The service may drop blanks at its end.
  const minEchoLength = prefix.trimEnd().length;
  let buffered: string | undefined = '';

  const strip = (part: EnginePart): readonly EnginePart[] => {
    if (buffered === undefined || part.type === 'reasoning-delta') return [part];
    if (part.type !== 'text-delta') return [...flush(buffered), part];
    buffered += part.text;
    return buffered.length < prefix.length && prefix.startsWith(buffered) ? [] : flush(buffered);
  };

  const flush = (text: string): readonly EnginePart[] => {
    buffered = undefined;
    const length = commonPrefixLength(text, prefix);
    // A part of the prefix is no repetition.
    const rest = length < minEchoLength ? text : text.slice(length);
    return rest ? [{ type: 'text-delta', text: rest }] : [];
  };

  return {
    mayEnd: () => decoder.mayEnd(),
    reportedUsage: () => decoder.reportedUsage?.(),
    read: (event) => decoder.read(event).flatMap(strip),
    end: () => decoder.end().flatMap(strip),
  };
}

function commonPrefixLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}
