/** JSON documents one after the other: one per line, over several lines, or as the elements of one list. */
import { maxEventCharacters } from './body-lines.ts';
import { type EventSplitter, endMarker, type StreamEvent } from './stream-event.ts';

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Each object is an event, whether line ends, commas or nothing separate it from the next one; the brackets of a list
 * around them are skipped, and a list that is not closed ends in an event that cannot be read. Anything else is a line of
 * its own.
 * @param readLine the events of such a line. Absent: the line is one
 */
export function jsonDocuments(
  readLine: (line: string) => readonly StreamEvent[] = (data) => [{ data }],
): EventSplitter {
  let text = '';
  /** Where the document that is open begins; -1: none is. */
  let start = -1;
  /** Where reading goes on; beyond the text after a backslash at its end. */
  let position = 0;
  let depth = 0;
  let inString = false;
  /** Lists around the documents that are open. */
  let lists = 0;

  let events: StreamEvent[] = [];
  /** To the end of the document that is open. `false`: it has not arrived. */
  const readDocument = (): boolean => {
    for (; position < text.length; position++) {
      const code = text.charCodeAt(position);
      if (inString) {
        if (code === backslash) position += 1;
        else if (code === quote) inString = false;
        // No JSON string goes over the end of a line: this document is cut, and another one may follow.
        else if (code === lineFeed || code === carriageReturn) return takeCut();
      } else if (code === quote) inString = true;
      else if (code === openBrace || code === openBracket) depth += 1;
      else if (code === closeBrace || code === closeBracket) {
        depth -= 1;
        if (depth > 0) continue;
        position += 1;
        events.push({ data: text.slice(start, position) });
        start = -1;
        return true;
      }
    }
    return false;
  };
  const takeCut = (): true => {
    events.push({ data: text.slice(start, position) });
    start = -1;
    inString = false;
    return true;
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
      if (character === ']') lists = Math.max(0, lists - 1);
      if (/[\s,\]\uFEFF]/.test(character)) continue;
      if (character === '[') {
        const opened = text.slice(position, position + endMarker.length);
        if (opened.toUpperCase() === endMarker) {
          events.push({ data: endMarker });
          position += endMarker.length - 1;
          continue;
        }
        // What follows the bracket may not have arrived.
        if (!isLast && (endMarker.startsWith(opened.toUpperCase()) || opened.trim() === '[')) return false;
        if (/^\[\s*(?:[{[\]]|$)/.test(opened)) {
          lists += 1;
          continue;
        }
      }
      const length = text.slice(position).search(/[\r\n]/);
      if (length < 0 && !isLast) return false;
      const to = length < 0 ? text.length : position + length;
      for (const event of readLine(text.slice(position, to))) events.push(event);
      position = to - 1;
    }
    return false;
  };
  const read = (isLast: boolean): StreamEvent[] => {
    while (start >= 0 ? readDocument() : readBetween(isLast));
    const found = events;
    events = [];
    return found;
  };
  return {
    push(chunk) {
      // What was read is dropped; a document that is open is kept from its beginning.
      const from = start >= 0 ? start : Math.min(position, text.length);
      text = text.slice(from) + chunk;
      position -= from;
      if (start >= 0) start = 0;
      if (text.length > maxEventCharacters) throw new RangeError('An event is longer than 16 Mi characters.');
      return read(false);
    },
    end() {
      const found = read(true);
      if (start >= 0) {
        position = text.length;
        takeCut();
      } else if (lists > 0) events.push({ data: '[' });
      lists = 0;
      text = '';
      position = 0;
      const rest = events;
      events = [];
      return [...found, ...rest];
    },
    isInsideEvent: () => start >= 0 || lists > 0 || position < text.length,
  };
}
