/** Bytes of a streamed body → events: server-sent events, or one JSON document per line. */

/** One event. For JSON lines `event` is always absent and `data` is the line. */
export type StreamEvent = { readonly event?: string; readonly data: string };
