/** The largest request that the server reads without a pause that other requests notice. */
import type { AskParams } from './ask.ts';
import { textOf } from './message-parts.ts';

/** Characters of the prompt, the messages and the file together, without pictures, documents and sound. */
export const maxRequestLength = 5_000_000;

/** Bytes of one picture, document or sound, and of all of them; no service takes more. */
export const maxPartBytes = 32_000_000;
export const maxPartsBytes = 64_000_000;

/** Why a request is too large, in two sentences; the second is what to do. */
export type RequestSizeFault = { readonly message: string; readonly action: string };

/** `undefined`: it is not too large. */
export function requestSizeFault({
  prompt = '',
  messages,
  file,
}: Pick<AskParams, 'prompt' | 'messages' | 'file'>): RequestSizeFault | undefined {
  let length = prompt.length + (file?.text?.length ?? 0);
  for (const message of messages ?? []) length += textOf(message).length;
  if (length > maxRequestLength)
    return {
      message: 'This request has more than 5 MB of text.',
      action: 'Select the part of the file that matters, then send it again.',
    };
  return partsSizeFault(messages);
}

/** The same for pictures, documents and sound alone. @param messages may be anything: they are read before they are checked */
export function partsSizeFault(messages: unknown): RequestSizeFault | undefined {
  let all = 0;
  for (const [path, part] of partsIn(messages)) {
    const bytes = bytesOfBase64(part.data);
    all += bytes;
    if (bytes > maxPartBytes)
      return {
        message: `${path} has ${megabytes(bytes)}; a picture, document or sound may have ${megabytes(maxPartBytes)}.`,
        action: 'Send a smaller one.',
      };
  }
  if (all <= maxPartsBytes) return undefined;
  return {
    message: `The pictures, documents and sounds of this request have ${megabytes(all)} together; ${megabytes(maxPartsBytes)} are possible.`,
    action: 'Send fewer or smaller ones.',
  };
}

/** The parts that hold bytes, with their paths in the request. */
export function* partsIn(messages: unknown): Generator<[path: string, part: { readonly data: string }]> {
  if (!Array.isArray(messages)) return;
  for (const [at, message] of (messages as readonly unknown[]).entries()) {
    const content = isObject(message) ? message['content'] : undefined;
    if (!Array.isArray(content)) continue;
    for (const [index, part] of (content as readonly unknown[]).entries())
      if (isObject(part) && typeof part['data'] === 'string')
        yield [`messages.${at}.content.${index}`, part as { readonly data: string }];
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Bytes that a base64 text stands for. */
export const bytesOfBase64 = (data: string): number =>
  Math.floor((data.length * 3) / 4) - (data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0);

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 100_000) / 10} MB`;
