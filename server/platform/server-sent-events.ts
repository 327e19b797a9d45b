/** Server-sent events as services write them, which is not always as the standard says. https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */

import { bodyLines } from './body-lines.ts';
import { jsonDocuments } from './json-documents.ts';
import { type EventSplitter, endMarker, isEndMarker, type StreamEvent } from './stream-event.ts';

/**
 * Beyond the standard: blank lines between events may be missing, the field's name may be doubled, absent or behind a
 * byte-order mark, one event may hold several JSON documents, and the last event may lack its end.
 */
export function serverSentEvents(): EventSplitter {
  const splitter = bodyLines();
  let name: string | undefined;
  /** The data lines of the event so far. */
  let data: string[] = [];

  const dispatch = (events: StreamEvent[]): void => {
    if (data.length > 0) pushEvents(events, data.length === 1 ? (data[0] ?? '') : data.join('\n'), name);
    name = undefined;
    if (data.length > 0) data = [];
  };
  const addData = (value: string, events: StreamEvent[]): void => {
    const last = data.at(-1);
    // The blank line between two events is missing.
    if (last !== undefined && (!mayContinue(last, value) || (data.length === 1 && isWhole(last))))
      dispatch(events);
    data.push(value);
  };
  const setName = (value: string, events: StreamEvent[]): void => {
    if (isJsonLike(data[0] ?? '')) dispatch(events);
    name = value;
  };
  const read = (line: string, events: StreamEvent[]): void => {
    if (line.startsWith('data:')) addData(dataIn(line), events);
    else if (line === '') dispatch(events);
    else if (line.startsWith('event:')) setName(line.slice(6).trim(), events);
    else if (!/^(?::|id:|retry:)/.test(line)) readOddLine(line, events);
  };
  const readOddLine = (line: string, events: StreamEvent[]): void => {
    const trimmed = line.replace(/^[\s\uFEFF]+/, '');
    if (isJsonLike(trimmed) || trimmed.startsWith('<')) addData(trimmed, events);
    else if (/^error\s*:/i.test(trimmed)) {
      setName('error', events);
      addData(trimmed.slice(trimmed.indexOf(':') + 1).trim(), events);
    } else if (/^(?:data|event)\s*:/i.test(trimmed)) {
      const colon = trimmed.indexOf(':');
      read(`${trimmed.slice(0, colon).trim().toLowerCase()}:${trimmed.slice(colon + 1)}`, events);
    } else if (trimmed.startsWith(':') || /^[\w-]*(?:\s*:.*)?$/s.test(trimmed)) {
      // A comment, or a field of another name, which the standard ignores.
    } else if (data.length > 0 || /["{}]/.test(trimmed)) addData(trimmed, events);
  };
  const eventsIn = (found: readonly string[]): StreamEvent[] => {
    const events: StreamEvent[] = [];
    for (const line of found) read(line, events);
    return events;
  };
  return {
    push(text) {
      if (name === undefined && data.length === 0 && !splitter.isInsideLine()) {
        const sole = soleEvent(text);
        if (sole) return [sole];
      }
      const events = eventsIn(splitter.push(text));
      // The blank line may never come.
      const [first] = data;
      if (first !== undefined && data.length === 1 && isWhole(first)) dispatch(events);
      return events;
    },
    end() {
      const events = eventsIn(splitter.end());
      // The standard drops an event without its blank line; some services omit it at the very end, so it is read anyway.
      dispatch(events);
      return events;
    },
    takeUnended() {
      const line = splitter.peek();
      const value = line.startsWith('data:') ? line.slice(5) : line;
      if (data.length > 0 || !isWhole(value)) return [];
      return eventsIn(splitter.end().concat(''));
    },
    isInsideEvent: () => data.length > 0 || splitter.isInsideLine(),
  };
}

const beginning = 'data: {';
const nameField = 'event: ';

/** The event of a packet that holds it and nothing else, as packets usually do. */
function soleEvent(text: string): StreamEvent | undefined {
  if (!text.endsWith('}\n\n') || text.includes('\r')) return;
  const firstEnd = text.indexOf('\n');
  const isNamed = text.startsWith(nameField);
  const start = isNamed ? firstEnd + 1 : 0;
  const end = text.length - 2;
  if (!text.startsWith(beginning, start) || text.indexOf('\n', start) !== end) return;
  const value = text.slice(start + beginning.length - 1, end);
  if (value.includes('}{')) return;
  return isNamed ? { event: text.slice(nameField.length, firstEnd).trim(), data: value } : { data: value };
}

/** The value of a line of data. A proxy that wraps a stream of events in events writes the field twice; no JSON begins with it. */
function dataIn(line: string): string {
  const value = line.charCodeAt(5) === 0x20 ? line.slice(6) : line.slice(5);
  return value.charCodeAt(0) === 0x7b ? value : value.replace(/^(?:[\s\uFEFF\0]*data:)+ ?|^[\uFEFF\0]+/, '');
}

const isJsonLike = (text: string): boolean => /^\s*[{[]/.test(text);

/**
 * Whether a line can be more of the same JSON. A bracket opens only at the beginning of a value, which a comma, a colon or
 * another opening bracket precedes: after anything else it begins the next event.
 */
function mayContinue(before: string, line: string): boolean {
  if (isEndMarker(line) || isEndMarker(before)) return false;
  return !isJsonLike(line) || /[{[,:]\s*$/.test(before.slice(-80)) || before.trim() === '';
}

/** Adds what the data of one event holds: as a rule one JSON document. */
function pushEvents(events: StreamEvent[], data: string, name: string | undefined): void {
  // The usual event, without a look at each character.
  if (data.charCodeAt(0) === 0x7b && !data.includes('}{')) events.push(eventOf(data, name));
  else for (const value of valuesIn(data)) events.push(eventOf(value, name));
}

const eventOf = (data: string, name: string | undefined): StreamEvent =>
  name ? { event: name, data } : { data };

function valuesIn(data: string): readonly string[] {
  const value = data.replace(/^[\s\uFEFF\0]+|(?<![\s\uFEFF\0])[\s\uFEFF\0]+$/g, '');
  if (value === '') return [];
  if (isEndMarker(value)) return [endMarker];
  if (!/^(?:\{|\[\s*[{[\]])/.test(value)) return [value];
  const documents = jsonDocuments();
  return [...documents.push(value), ...documents.end()].map((document) => document.data);
}

/** Whether a line of data is all of an event. */
function isWhole(line: string): boolean {
  if (isEndMarker(line)) return true;
  if (!isJsonLike(line) || !/[}\]]\s*$/.test(line.slice(-80))) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
