/** JSON documents one after the other: one per line, over several lines, or as the elements of one list. */
import { maxEventCharacters } from './body-lines.ts';
import { type EventSplitter, endMarker, type StreamEvent } from './stream-event.ts';

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Each object is an event, whether line ends, commas or nothing separate it from the next one; the brackets of a list
 * around them are skipped. Anything else is an event up to the end of its line.
 */
export function jsonDocuments(): EventSplitter {
  let text = '';
  /** Where the document that is open begins; -1: none is. Where reading goes on. */
  let start = -1;
  let position = 0;
  let depth = 0;
  let inString = false;

  const events: StreamEvent[] = [];
  const take = (from: number, to: number): void => {
    const data = text.slice(from, to);
    if (data.trim() !== '') events.push({ data });
  };
  /** To the end of the document that is open. `false`: it has not arrived. */
  const readDocument = (): boolean => {
    for (; position < text.length; position++) {
      const code = text.charCodeAt(position);
      if (inString) {
        if (code === backslash) position += 1;
        else if (code === quote) inString = false;
        continue;
      }
      if (code === quote) inString = true;
      else if (code === openBrace || code === openBracket) depth += 1;
      else if (code === closeBrace || code === closeBracket) {
        depth -= 1;
        if (depth > 0) continue;
        position += 1;
        take(start, position);
        start = -1;
        return true;
      }
    }
    return false;
  };
  /** Between documents. `false`: nothing is left, or the rest of the line has not arrived. */
  const readBetween = (isLast: boolean): boolean => {
    for (; position < text.length; position++) {
      const character = text[position] ?? '';
      if (character === '{') {
        start = position;
        depth = 0;
        return true;
      }
      if (/[\s,\]\uFEFF]/.test(character)) continue;
      if (character === '[') {
        // `[DONE]` looks like the beginning of a list until its second character.
        const marker = text.slice(position, position + endMarker.length);
        if (marker === endMarker) {
          take(position, position + endMarker.length);
          position += endMarker.length - 1;
        } else if (!isLast && endMarker.startsWith(marker)) return false;
        continue;
      }
      const lineEnd = text.indexOf('\n', position);
      if (lineEnd < 0 && !isLast) return false;
      const to = lineEnd < 0 ? text.length : lineEnd;
      take(position, to);
      position = to - 1;
    }
    return false;
  };
  const read = (isLast: boolean): StreamEvent[] => {
    while (start >= 0 ? readDocument() : readBetween(isLast));
    return events.splice(0);
  };
  return {
    push(chunk) {
      // What was read is dropped; a document that is open is kept from its beginning.
      const from = start >= 0 ? start : Math.min(position, text.length);
      text = text.slice(from) + chunk;
      position = Math.max(0, position - from);
      if (start >= 0) start = 0;
      if (text.length > maxEventCharacters) throw new RangeError('An event is longer than 16 Mi characters.');
      return read(false);
    },
    end() {
      const found = read(true);
      if (start < 0) return found;
      take(start, text.length);
      return [...found, ...events.splice(0)];
    },
  };
}
