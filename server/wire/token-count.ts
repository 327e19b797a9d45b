/** Token counts of prompts, by the service that will read them. */
import type { CompletionRequest } from '../../shared/chat.ts';
import type { CountFormat, StreamFormat } from './wire-format.ts';

/**
 * For a service that counts requests in the form of its chat.
 * @param path of the count
 * @param fields of the chat's body that the count accepts; it rejects the others
 * @param resultField the field of the response that holds the count
 */
export const tokenCountFormat = (
  chat: Pick<StreamFormat<CompletionRequest>, 'encode'>,
  path: string,
  fields: readonly string[],
  resultField: string,
): CountFormat => ({
  encode(model, request) {
    const { body } = chat.encode(model, request);
    return {
      path,
      body: Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => fields.includes(name))),
    };
  },
  decode: (body) => readTokenCount(body, resultField),
});

/** The count in a response; `undefined` for anything else. */
export function readTokenCount(body: unknown, field: string): number | undefined {
  const count: unknown =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[field] : undefined;
  return typeof count === 'number' && Number.isInteger(count) && count > 0 ? count : undefined;
}
