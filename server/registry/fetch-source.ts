/** Fetches one source: limited in bytes and time, without following redirects. */
import { RumboError } from '../../shared/errors.ts';
import { type Http, readText } from '../platform/http.ts';
import type { FactSource, ModelEntry } from './facts.ts';

/** A source with the headers of its request: the user's key for a provider's own list. */
export type SourceRequest = FactSource & { readonly headers?: Readonly<Record<string, string>> };

/** From the request to the end of the body. Milliseconds. */
export const sourceTimeoutMs = 60_000;

/**
 * The models of the source, or why there are none: the end of a sentence that starts with the source's label.
 * Rejects only with `cancelled`, when `signal` aborts.
 */
export async function fetchSource(
  { url, headers, limitBytes, parse }: SourceRequest,
  http: Http,
  nowMs: number,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<readonly ModelEntry[] | string> {
  const timeout = AbortSignal.timeout(timeoutMs);
  let body: string;
  try {
    const response = await http({
      method: 'GET',
      url,
      // Some pages reject a request without a user agent.
      headers: {
        'user-agent': 'Rumbo',
        accept: 'application/json, text/markdown, text/plain, */*',
        ...headers,
      },
      signal: AbortSignal.any([signal, timeout]),
    });
    // Reading an error response frees its connection.
    body = await readText(response.body, response.status === 200 ? limitBytes + 1 : 1);
    if (response.status !== 200) return `responded with status ${response.status}`;
  } catch (error) {
    if (signal.aborted)
      throw new RumboError('The request was cancelled.', { kind: 'cancelled' }, { cause: error });
    if (timeout.aborted) return `took longer than ${timeoutMs / 1000} seconds`;
    const why = error instanceof RumboError ? error.message.replace(/\.$/, '') : 'unknown reason';
    return `could not be read: ${why}`;
  }
  if (Buffer.byteLength(body) > limitBytes) return `is larger than ${limitBytes / 1_000_000} MB`;
  try {
    const entries = parse(body, nowMs);
    return entries.length > 0 ? entries : 'contains no models in a known form';
  } catch {
    return 'has an unknown form';
  }
}
