/** The largest request that the server reads without a pause that other requests notice. */
import type { AskParams } from './ask.ts';
import { textOf } from './message-parts.ts';

/** Characters of the prompt, the messages and the file together; pictures are not read. */
export const maxRequestLength = 5_000_000;

/** Why a request is too large, in two sentences; the second is what to do. `undefined`: it is not. */
export function requestSizeFault({
  prompt = '',
  messages,
  file,
}: Pick<AskParams, 'prompt' | 'messages' | 'file'>):
  | { readonly message: string; readonly action: string }
  | undefined {
  let length = prompt.length + (file?.text?.length ?? 0);
  for (const message of messages ?? []) length += textOf(message).length;
  if (length <= maxRequestLength) return undefined;
  return {
    message: 'This request has more than 5 MB of text.',
    action: 'Select the part of the file that matters, then send it again.',
  };
}
