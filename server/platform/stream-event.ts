/** One event of a streamed body. */

/** For JSON documents and lines `event` is always absent. */
export type StreamEvent = { readonly event?: string; readonly data: string };

/** The data by which OpenAI and its copies end a stream. It is no JSON, though it looks like the beginning of a list. */
export const endMarker = '[DONE]';

const maxMarkerLength = 24;

/** Whether data is an end marker: copies write it in quotes, in small letters, or with blanks around it. */
export const isEndMarker = (data: string): boolean =>
  data.length <= maxMarkerLength &&
  (data === endMarker || /^[^\w[{]{0,8}\[{1,2}\s{0,8}done\s{0,8}\]{1,2}[^\w[{]{0,8}$/i.test(data));

/** Cuts a text that arrives in chunks into events. */
export type EventSplitter = {
  push(text: string): StreamEvent[];
  /** Nothing follows: what is left becomes an event, whole or not. */
  end(): StreamEvent[];
  /** Text has arrived that is no event yet. */
  isInsideEvent(): boolean;
  /** The event whose last line has no end yet, when all of it has arrived; otherwise empty. Absent: there is none. */
  takeUnended?(): StreamEvent[];
};
