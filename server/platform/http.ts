/** The one way out: every HTTP request Rumbo makes goes through here, and every failure becomes a `RumboError`. */

/** One request. Nothing is followed: a redirect is refused as `blocked-redirect`. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. Absent: no body. */
  readonly body?: unknown;
  /** Aborting closes the socket. */
  readonly signal: AbortSignal;
  /** Milliseconds from sending to the answer's head. Absent: five minutes. */
  readonly headTimeoutMs?: number;
};

export type HttpResponse = {
  /** Any status but a redirect; refusals are the caller's to read. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body's bytes; rejects with `interrupted` when the connection breaks, `timeout` when it stalls. Leaving the loop closes the socket. */
  readonly body: AsyncIterable<Uint8Array>;
};

/** Rejects with `RumboError`: `unreachable`, `tls`, `timeout`, `blocked-redirect`, `cancelled`. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;
