/** The largest request that the server reads without a pause that other requests notice. */
import type { AskParams } from '../../shared/ask.ts';
import { ClientError } from '../notifications/error-messages.ts';

/** Characters of the prompt, the messages and the file together. */
export const maxRequestLength = 5_000_000;

/** Throws `ClientError` with one action for a request that is too large. */
export function checkRequestSize({ prompt = '', messages, file }: AskParams): void {
  const conversation = messages === undefined ? 0 : JSON.stringify(messages).length;
  if (prompt.length + conversation + (file?.text?.length ?? 0) <= maxRequestLength) return;
  throw new ClientError({
    kind: 'invalid-request',
    message: 'This request has more than 5 MB of text.',
    action: 'Select the part of the file that matters, then send it again.',
  });
}
