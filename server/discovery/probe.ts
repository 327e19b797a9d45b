/** One GET of an unknown server: bounded in bytes and time, without a key, following no redirect. */
import type { ProbeResponse } from '../engines/fingerprint.ts';
import { type Http, readText } from '../platform/http.ts';
import { tryParseJson } from '../wire/json-object.ts';

const maxBytes = 64 * 1024;
/** A port on this machine accepts a connection at once, or no server listens. */
const connectTimeoutMs = 300;

/** `undefined`: no response, not HTTP, a redirect, or too late. Never rejects. */
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
