/** Bytes of a streamed body → events, however the service frames them. https://html.spec.whatwg.org/multipage/server-sent-events.html */

import { bodyLines } from './body-lines.ts';
import { jsonDocuments } from './json-documents.ts';
import { serverSentEvents } from './server-sent-events.ts';
import type { EventSplitter, StreamEvent } from './stream-event.ts';

export interface EventStream extends AsyncIterableIterator<readonly StreamEvent[], undefined> {
  /** Part of an event has arrived. */
  isInsideEvent(): boolean;
  /** The event whose last line has no end yet, when all of it has arrived; otherwise empty. */
  takeUnended(): readonly StreamEvent[];
}

/**
 * Splits a body into events; events that arrive together come in one array, and a character split across two chunks is
 * joined. Services and the proxies before them do not keep to the framing that was requested, or to its details, so the
 * body itself decides: one that begins with a bracket is JSON, one that begins with a field is server-sent events.
 * Rejects with what the body rejects with, and with a `RangeError` on an event over 16 Mi characters.
 * @param expected the framing of a body that begins with neither; `ndjson`: each line is an event
 */
export function parseEvents(body: AsyncIterable<Uint8Array>, expected: 'sse' | 'ndjson'): EventStream {
  const source = body[Symbol.asyncIterator]();
  // It drops a byte-order mark at the beginning.
  const decoder = new TextDecoder();
  let splitter: EventSplitter | undefined;
  let beginning = '';
  let isOver = false;

  const push = (text: string): StreamEvent[] => {
    if (splitter) return splitter.push(text);
    beginning += text;
    splitter = splitterFor(beginning, expected);
    return splitter ? splitter.push(takeBeginning()) : [];
  };
  /** It may be all of the body, which nothing may keep until the answer is over. */
  const takeBeginning = (): string => {
    const taken = beginning;
    beginning = '';
    return taken;
  };
  const last = (): StreamEvent[] => {
    isOver = true;
    const events = push(decoder.decode());
    if (!splitter) {
      splitter = expected === 'sse' ? serverSentEvents() : lines();
      events.push(...splitter.push(takeBeginning()));
    }
    return [...events, ...splitter.end()];
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      while (!isOver) {
        const { done, value } = await source.next();
        try {
          const events = done ? last() : push(decoder.decode(value, { stream: true }));
          if (events.length > 0) return { done: false, value: events };
        } catch (error) {
          isOver = true;
          await source.return?.();
          throw error;
        }
      }
      return { done: true, value: undefined };
    },
    async return() {
      isOver = true;
      await source.return?.();
      return { done: true, value: undefined };
    },
    isInsideEvent: () => splitter?.isInsideEvent() ?? beginning !== '',
    takeUnended: () => splitter?.takeUnended?.() ?? [],
  };
}

const maxFieldLength = 'retry :'.length;
const field = /^(?:data|event|id|retry)?\s*:/i;

/** `undefined`: too little has arrived to decide. */
function splitterFor(text: string, expected: 'sse' | 'ndjson'): EventSplitter | undefined {
  const start = text.search(/[^\s\uFEFF]/);
  if (start < 0) return;
  const beginning = text.slice(start, start + maxFieldLength);
  if (/^[{[]/.test(beginning)) return jsonDocuments((line) => eventsInLine(line, expected));
  if (expected === 'sse' || field.test(beginning)) return serverSentEvents();
  return beginning.length < maxFieldLength && !/[\r\n]/.test(text.slice(start)) ? undefined : lines();
}

/** Among JSON documents a line may be a field of server-sent events. */
function eventsInLine(line: string, expected: 'sse' | 'ndjson'): readonly StreamEvent[] {
  if (expected === 'ndjson' && !field.test(line)) return [{ data: line }];
  const splitter = serverSentEvents();
  return [...splitter.push(line), ...splitter.end()];
}

function lines(): EventSplitter {
  const splitter = bodyLines();
  const events = (found: string[]) => found.filter((line) => line.trim() !== '').map((data) => ({ data }));
  return {
    push: (text) => events(splitter.push(text)),
    end: () => events(splitter.end()),
    isInsideEvent: () => splitter.isInsideLine(),
  };
}
