/** Requests without the optional fields that a service has no place for. */
import type { CompletionRequest, OptionalRequestField } from '../../shared/chat.ts';

/** The same request where it has none of them, which is nearly always. */
export function withoutFields(
  request: CompletionRequest,
  fields: readonly OptionalRequestField[] = [],
): CompletionRequest {
  const present = fields.filter((field) => request[field] !== undefined);
  if (present.length === 0) return request;
  const rest = { ...request };
  for (const field of present) delete rest[field];
  return rest;
}
