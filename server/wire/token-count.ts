/** Prompts counted by the service that will read them. */
import type { CompletionRequest } from '../../shared/chat.ts';
import type { CountFormat, StreamFormat } from './wire-format.ts';

/**
 * Where a service counts what is written as its chat is.
 * @param path where the request goes instead
 * @param fields of the chat's body that may go along; the others are refused there
 * @param answer the field of the answer that says it
 */
export const tokenCountFormat = (
  chat: Pick<StreamFormat<CompletionRequest>, 'encode'>,
  path: string,
  fields: readonly string[],
  answer: string,
): CountFormat => ({
  encode(model, request) {
    const { body } = chat.encode(model, request);
    return {
      path,
      body: Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => fields.includes(name))),
    };
  },
  decode: (body) => readTokenCount(body, answer),
});

/** A count that a service gives; `undefined` when it is none. */
export function readTokenCount(body: unknown, field: string): number | undefined {
  const count: unknown =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[field] : undefined;
  return typeof count === 'number' && Number.isInteger(count) && count > 0 ? count : undefined;
}
