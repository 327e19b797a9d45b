/** One event of a streamed body. */

/** For JSON documents and lines `event` is always absent. */
export type StreamEvent = { readonly event?: string; readonly data: string };

/** Cuts a text that arrives in chunks into events. `end`: nothing follows; what is left becomes an event, whole or not. */
export type EventSplitter = { push(text: string): StreamEvent[]; end(): StreamEvent[] };

/** The data by which OpenAI and its copies end a stream. It is no JSON, though it looks like the beginning of a list. */
export const endMarker = '[DONE]';

export const isEndMarker = (data: string): boolean =>
  data.startsWith(endMarker) && (data.length === endMarker.length || data.trim() === endMarker);
