/** One GET of a stranger: bounded in bytes and time, without a key and without following anybody. */
import { type Http, readText } from '../platform/http.ts';

/** What a server says of itself at one path. */
export type ProbeResponse = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most the first 64 KiB. */
  readonly text: string;
  /** `undefined`: not JSON, or cut off. */
  readonly json: unknown;
};

const maxBytes = 64 * 1024;
/** A port on this machine takes a connection at once, or nobody listens. */
const connectTimeoutMs = 300;

/** `undefined` when nobody answers, when it is no HTTP, a redirect, or not there in time. Never rejects. */
export async function probe(
  http: Http,
  url: string,
  signal: AbortSignal,
): Promise<ProbeResponse | undefined> {
  try {
    const { status, headers, body } = await http({
      method: 'GET',
      url,
      headers: { accept: 'application/json, text/plain' },
      signal,
      connectMs: connectTimeoutMs,
    });
    const text = await readText(body, maxBytes);
    return { status, headers, text, json: tryParseJson(text) };
  } catch {
    return;
  }
}

function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
