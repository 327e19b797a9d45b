/** One GET of a stranger: bounded in bytes and time, without a key and without following anybody. */
import { type Http, readText } from '../platform/http.ts';

/** What a server says of itself at one path. */
export type Answer = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most the first 64 KiB. */
  readonly text: string;
  /** `undefined`: not JSON, or cut off. */
  readonly json: unknown;
};

const limitBytes = 64 * 1024;
/** A port on this machine takes a connection at once, or nobody listens. */
const connectMs = 300;

/** `undefined` when nobody answers, when it is no HTTP, a redirect, or not there in time. Never rejects. */
export async function answerOf(http: Http, url: string, signal: AbortSignal): Promise<Answer | undefined> {
  try {
    const { status, headers, body } = await http({
      method: 'GET',
      url,
      headers: { accept: 'application/json, text/plain' },
      signal,
      connectMs,
    });
    const text = await readText(body, limitBytes);
    return { status, headers, text, json: parsed(text) };
  } catch {
    return;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
