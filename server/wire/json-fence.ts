/**
 * Removes the code fence around an answer in JSON: many models write one although they were instructed not to, and the program
 * that requested JSON cannot read it. Only where the answer begins with a fence; other text stays as it is.
 */
import type { EnginePart } from '../../shared/chat.ts';
import type { StreamDecoder } from './wire-format.ts';

/** The fence, up to where an object, an array or a string begins. */
const opening = /^\s*```(?:json)?\s*(?=[{["])/i;
/** What may become an opening with more text. */
const maybeOpening = /^\s*(?:`{0,3}|```(?:j|js|jso|json)?\s*)$/i;

export function withoutJsonFence(decoder: StreamDecoder): StreamDecoder {
  let state: 'start' | 'fenced' | 'plain' = 'start';
  /** Text that may belong to a fence. */
  let pending = '';
  const push = (text: string): string => {
    pending += text;
    if (state === 'start') {
      const fence = opening.exec(pending);
      if (!fence && maybeOpening.test(pending)) return '';
      state = fence ? 'fenced' : 'plain';
      pending = pending.slice(fence?.[0].length ?? 0);
    }
    const end = state === 'fenced' ? closingStart(pending) : pending.length;
    const passed = pending.slice(0, end);
    pending = pending.slice(end);
    return passed;
  };
  const rest = (): string => {
    const isClosing = state === 'fenced' && ['', '```'].includes(pending.trim());
    const text = isClosing ? '' : pending;
    pending = '';
    return text;
  };
  const separate = (part: EnginePart): readonly EnginePart[] => {
    switch (part.type) {
      case 'text-delta':
        return textPart(push(part.text));
      case 'finish':
      case 'tool-call':
        return [...textPart(rest()), part];
      default:
        return [part];
    }
  };
  return {
    mayEnd: () => decoder.mayEnd(),
    reportedUsage: () => decoder.reportedUsage?.(),
    read: (event) => decoder.read(event).flatMap(separate),
    end: () => decoder.end().flatMap(separate),
  };
}

const textPart = (text: string): readonly EnginePart[] => (text === '' ? [] : [{ type: 'text-delta', text }]);

/** Where the closing fence may begin: white space, up to three backquotes, white space. */
function closingStart(text: string): number {
  const trimmed = text.trimEnd();
  let start = trimmed.length;
  while (start > trimmed.length - 3 && trimmed[start - 1] === '`') start -= 1;
  return trimmed.slice(0, start).trimEnd().length;
}
