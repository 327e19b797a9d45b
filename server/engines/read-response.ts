/** Reads a whole response: JSON, or the body of an error. */
import { RumboError } from '../../shared/errors.ts';
import { type HttpResponse, readText } from '../platform/http.ts';
import { withTimeout } from '../platform/with-timeout.ts';
import { tryParseJson } from '../wire/json-object.ts';
import type { ErrorResponse } from '../wire/wire-format.ts';

/** Bytes of an error's body that are read. */
export const maxErrorBytes = 64 * 1024;
const errorBodyTimeoutMs = 1_000;

/** An error response with its body. The body is empty when it breaks off or does not come: the status says enough. */
export async function readErrorResponse({ status, headers, body }: HttpResponse): Promise<ErrorResponse> {
  const text = readText(body, maxErrorBytes).catch(() => '');
  return { status, headers, body: (await withTimeout(text, errorBodyTimeoutMs)) ?? '' };
}

/** Throws `bad-response` when the text is not JSON. */
export function parseJson(text: string): unknown {
  const value = tryParseJson(text);
  if (value !== undefined) return value;
  throw new RumboError('The service answered with something other than JSON.', { kind: 'bad-response' });
}
