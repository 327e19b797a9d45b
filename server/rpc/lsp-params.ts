/** Takes the fields that LSP adds to the params of a request out of them: what is left is the request itself. */
import type { AskParams, LspParams } from '../../shared/ask.ts';
import { RumboError } from '../../shared/errors.ts';

/**
 * The params are as the client sent them; only their LSP fields are checked here.
 * @throws `invalid-request` for a token that is neither text nor an integer
 */
export function withoutLspParams(params: AskParams & LspParams): {
  readonly request: AskParams;
  /** Parts are sent as `$/progress` on it. Absent: only the result is sent. */
  readonly token?: string | number;
} {
  // A client may send null or a list; the request's own schema has the sentence for it.
  if (typeof params !== 'object' || params === null) return { request: params };
  if (!('partialResultToken' in params) && !('workDoneToken' in params)) return { request: params };
  const { partialResultToken: token, workDoneToken: _, ...request } = params;
  if (token === undefined) return { request };
  if (typeof token !== 'string' && !Number.isInteger(token))
    throw new RumboError('partialResultToken is neither text nor an integer.', {
      kind: 'invalid-request',
      action: 'Correct it and ask again.',
    });
  return { request, token };
}
