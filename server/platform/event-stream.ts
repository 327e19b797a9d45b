/** Bytes of a streamed body → events: server-sent events, or one JSON document per line. https://html.spec.whatwg.org/multipage/server-sent-events.html */

/** One event. For JSON lines `event` is always absent and `data` is the line. */
export type StreamEvent = { readonly event?: string; readonly data: string };

/** Characters one event may hold; a body without line ends cannot fill the memory. */
const longestEvent = 16 * 1024 * 1024;

/**
 * Cuts a body into events, those that arrived together in one array; a character split across two pieces is put
 * together again. Rejects with what the body rejects with, and with a `RangeError` on an event over 16 Mi characters.
 */
export async function* parseEvents(
  body: AsyncIterable<Uint8Array>,
  framing: 'sse' | 'ndjson',
): AsyncGenerator<readonly StreamEvent[]> {
  const decoder = new TextDecoder();
  const cutter = framing === 'sse' ? serverSentEvents() : jsonLines();
  for await (const bytes of body) {
    const events = cutter.push(decoder.decode(bytes, { stream: true }));
    if (events.length > 0) yield events;
  }
  yield [...cutter.push(decoder.decode()), ...cutter.end()];
}

type Cutter = { push(text: string): StreamEvent[]; end(): StreamEvent[] };

/** Complete lines of a text that arrives in pieces; `\n`, `\r\n` and a lone `\r` all end one. */
function lineCutter() {
  let rest = '';
  /** `rest` ends in a `\r` that may have ended a line. */
  let open = false;
  return {
    push(text: string): string[] {
      rest += text;
      if (rest.length > longestEvent) throw new RangeError('An event is longer than 16 Mi characters.');
      // A long line comes in many pieces; looking through all of them again at each would take ever longer.
      if (!open && !/[\r\n]/.test(text)) return [];
      if (text) open = text.endsWith('\r');
      // A `\r` at the very end may be half of `\r\n`: it waits for the next piece.
      const end = Math.max(rest.lastIndexOf('\n'), rest.lastIndexOf('\r', rest.length - 2));
      if (end < 0) return [];
      const lines = rest.slice(0, end).split(/\r\n|\n|\r/);
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

function jsonLines(): Cutter {
  const lines = lineCutter();
  const events = (found: string[]) => found.filter((line) => line.trim() !== '').map((data) => ({ data }));
  return { push: (text) => events(lines.push(text)), end: () => events(lines.end()) };
}

function serverSentEvents(): Cutter {
  const lines = lineCutter();
  let name: string | undefined;
  let data: string[] = [];

  const dispatch = (): StreamEvent[] => {
    const event = data.length === 0 ? [] : [{ ...(name ? { event: name } : {}), data: data.join('\n') }];
    name = undefined;
    data = [];
    return event;
  };
  const read = (line: string): StreamEvent[] => {
    if (line === '') return dispatch();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') data.push(value);
    else if (field === 'event') name = value;
    return [];
  };
  return {
    push: (text) => lines.push(text).flatMap(read),
    // The standard drops an event without its blank line; services that forget it at the very end are heard anyway.
    end: () => [...lines.end().flatMap(read), ...dispatch()],
  };
}
