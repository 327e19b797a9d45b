/** Reads one source over the network: bounded in bytes and time, without following anybody anywhere else. */
import { RumboError } from '../../shared/errors.ts';
import { type Http, readText } from '../platform/http.ts';
import type { FactSource, ModelEntry } from './facts.ts';

/** A source, and what its server wants to see beside the address (the user's key for a provider's own list). */
export type SourceRequest = FactSource & { readonly headers?: Readonly<Record<string, string>> };

/** From asking to the end of the body. Milliseconds. */
export const sourceTimeoutMs = 60_000;

/**
 * What the source says, or why it says nothing: the end of a sentence that begins with its label.
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
    const answer = await http({
      method: 'GET',
      url,
      // Some pages refuse a caller without a name.
      headers: {
        'user-agent': 'Rumbo',
        accept: 'application/json, text/markdown, text/plain, */*',
        ...headers,
      },
      signal: AbortSignal.any([signal, timeout]),
    });
    // Reading a refusal frees its connection.
    body = await readText(answer.body, answer.status === 200 ? limitBytes + 1 : 1);
    if (answer.status !== 200) return `answered with status ${answer.status}`;
  } catch (error) {
    if (signal.aborted)
      throw new RumboError('The request was cancelled.', { kind: 'cancelled' }, { cause: error });
    if (timeout.aborted) return `took longer than ${timeoutMs / 1000} seconds`;
    const why = error instanceof RumboError ? error.message.replace(/\.$/, '') : 'unknown reason';
    return `could not be read: ${why}`;
  }
  if (Buffer.byteLength(body) > limitBytes) return `is larger than ${limitBytes / 1_000_000} MB`;
  try {
    const said = parse(body, nowMs);
    return said.length > 0 ? said : 'says nothing that Rumbo can read';
  } catch {
    return 'is not in the form that Rumbo can read';
  }
}
