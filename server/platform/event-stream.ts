/** Bytes of a streamed body → events: server-sent events, JSON documents one after the other, or lines. https://html.spec.whatwg.org/multipage/server-sent-events.html */

import { bodyLines } from './body-lines.ts';
import { jsonDocuments } from './json-documents.ts';
import { type EventSplitter, isEndMarker, type StreamEvent } from './stream-event.ts';

/**
 * Splits a body into events; events that arrive together come in one array, and a character split across two chunks is
 * joined. Services and the proxies before them do not keep to the framing that was requested, or to its details, so the
 * body itself decides: one that begins with a bracket is JSON, one that begins with a field is server-sent events.
 * Rejects with what the body rejects with, and with a `RangeError` on an event over 16 Mi characters.
 * @param expected the framing of a body that begins with neither; `ndjson`: each line is an event
 */
export async function* parseEvents(
  body: AsyncIterable<Uint8Array>,
  expected: 'sse' | 'ndjson',
): AsyncGenerator<readonly StreamEvent[]> {
  // It drops a byte-order mark at the beginning.
  const decoder = new TextDecoder();
  let splitter: EventSplitter | undefined;
  let beginning = '';
  const push = (text: string): StreamEvent[] => {
    if (splitter) return splitter.push(text);
    beginning += text;
    splitter = splitterFor(beginning, expected);
    return splitter ? splitter.push(beginning) : [];
  };
  for await (const bytes of body) {
    const events = push(decoder.decode(bytes, { stream: true }));
    if (events.length > 0) yield events;
  }
  const events = push(decoder.decode());
  splitter ??= serverSentEvents();
  yield [...events, ...splitter.end()];
}

const maxFieldLength = 'event:'.length;

/** `undefined`: too little has arrived to decide. */
function splitterFor(text: string, expected: 'sse' | 'ndjson'): EventSplitter | undefined {
  const start = text.search(/[^\s\uFEFF]/);
  if (start < 0) return;
  if (text[start] === '{' || text[start] === '[') return jsonDocuments();
  if (expected === 'sse' || /^(?:data|event|id|retry)?:/.test(text.slice(start))) return serverSentEvents();
  return text.length - start < maxFieldLength && !text.includes('\n', start) ? undefined : lines();
}

function lines(): EventSplitter {
  const splitter = bodyLines();
  const events = (found: string[]) => found.filter((line) => line.trim() !== '').map((data) => ({ data }));
  return { push: (text) => events(splitter.push(text)), end: () => events(splitter.end()) };
}

function serverSentEvents(): EventSplitter {
  const splitter = bodyLines();
  let name: string | undefined;
  /** The data lines of the event so far, joined. `undefined`: none came. */
  let data: string | undefined;

  const dispatch = (events: StreamEvent[]): void => {
    if (data !== undefined) events.push(name ? { event: name, data } : { data });
    name = undefined;
    data = undefined;
  };
  const addData = (value: string, events: StreamEvent[]): void => {
    // The blank line between two events is missing: data that is whole by itself is not continued by the next line.
    if (data !== undefined && isWhole(data)) dispatch(events);
    data = data === undefined ? value : `${data}\n${value}`;
  };
  const read = (line: string, events: StreamEvent[]): void => {
    if (line === '') {
      dispatch(events);
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') addData(withoutField(value), events);
    else if (field === 'event') {
      if (data !== undefined && isWhole(data)) dispatch(events);
      name = value;
    } else if (line[0] === '\uFEFF') read(line.slice(1), events);
    // An error that a proxy writes into the stream, without any field.
    else if (line[0] === '{' || isEndMarker(line)) addData(line, events);
  };
  const eventsIn = (found: readonly string[]): StreamEvent[] => {
    const events: StreamEvent[] = [];
    for (const line of found) read(line, events);
    return events;
  };
  return {
    push: (text) => eventsIn(splitter.push(text)),
    end() {
      const events = eventsIn(splitter.end());
      // The standard drops an event without its blank line; some services omit it at the very end, so it is read anyway.
      dispatch(events);
      return events;
    },
  };
}

/** A proxy that wraps a stream of events in events writes the field twice; no JSON begins with it. */
const withoutField = (value: string): string =>
  value.startsWith('data:') ? withoutField(value.slice(5).trimStart()) : value;

function isWhole(data: string): boolean {
  if (isEndMarker(data)) return true;
  try {
    JSON.parse(data);
    return true;
  } catch {
    return false;
  }
}
