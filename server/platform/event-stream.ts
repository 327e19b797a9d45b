/** Bytes of a streamed body → events: server-sent events, or one JSON document per line. https://html.spec.whatwg.org/multipage/server-sent-events.html */

/** One event. For JSON lines `event` is always absent and `data` is the line. */
export type StreamEvent = { readonly event?: string; readonly data: string };

/** Maximum characters of one event, so that a body without line ends cannot fill the memory. */
const maxEventCharacters = 16 * 1024 * 1024;

/**
 * Splits a body into events; events that arrive together come in one array, and a character split across two chunks is
 * joined. Rejects with what the body rejects with, and with a `RangeError` on an event over 16 Mi characters.
 */
export async function* parseEvents(
  body: AsyncIterable<Uint8Array>,
  framing: 'sse' | 'ndjson',
): AsyncGenerator<readonly StreamEvent[]> {
  const decoder = new TextDecoder();
  const splitter = framing === 'sse' ? serverSentEvents() : jsonLines();
  for await (const bytes of body) {
    const events = splitter.push(decoder.decode(bytes, { stream: true }));
    if (events.length > 0) yield events;
  }
  yield [...splitter.push(decoder.decode()), ...splitter.end()];
}

type Splitter = { push(text: string): StreamEvent[]; end(): StreamEvent[] };

/** Complete lines of a text that arrives in chunks; `\n`, `\r\n` and a lone `\r` all end one. */
function lineSplitter() {
  let rest = '';
  /** `rest` ends in a `\r` that may have ended a line. */
  let open = false;
  return {
    push(text: string): string[] {
      rest += text;
      if (rest.length > maxEventCharacters) throw new RangeError('An event is longer than 16 Mi characters.');
      // A long line arrives in many chunks: searching all of them again at each one would take quadratic time.
      if (!open && !/[\r\n]/.test(text)) return [];
      if (text) open = text.endsWith('\r');
      // A `\r` at the very end may be half of `\r\n`: wait for the next chunk.
      const end = Math.max(rest.lastIndexOf('\n'), rest.lastIndexOf('\r', rest.length - 2));
      if (end < 0) return [];
      const complete = rest.slice(0, end);
      const lines = complete.includes('\r') ? complete.split(/\r\n|\n|\r/) : complete.split('\n');
      // The last line was ended by the character at `end`; `\r\n` cut by slice leaves its `\r`, which split consumed.
      if (rest[end] === '\n' && rest[end - 1] === '\r') lines.pop();
      rest = rest.slice(end + 1);
      return lines;
    },
    end(): string[] {
      const last = rest.replace(/\r$/, '');
      rest = '';
      return last ? [last] : [];
    },
  };
}

function jsonLines(): Splitter {
  const lines = lineSplitter();
  const events = (found: string[]) => found.filter((line) => line.trim() !== '').map((data) => ({ data }));
  return { push: (text) => events(lines.push(text)), end: () => events(lines.end()) };
}

function serverSentEvents(): Splitter {
  const lines = lineSplitter();
  let name: string | undefined;
  /** The data lines of the event so far, joined. `undefined`: none came. */
  let data: string | undefined;

  const dispatch = (events: StreamEvent[]): void => {
    if (data !== undefined) events.push(name ? { event: name, data } : { data });
    name = undefined;
    data = undefined;
  };
  const read = (line: string, events: StreamEvent[]): void => {
    if (line === '') {
      dispatch(events);
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') data = data === undefined ? value : `${data}\n${value}`;
    else if (field === 'event') name = value;
  };
  const eventsIn = (found: readonly string[]): StreamEvent[] => {
    const events: StreamEvent[] = [];
    for (const line of found) read(line, events);
    return events;
  };
  return {
    push: (text) => eventsIn(lines.push(text)),
    end() {
      const events = eventsIn(lines.end());
      // The standard drops an event without its blank line; some services omit it at the very end, so it is read anyway.
      dispatch(events);
      return events;
    },
  };
}
