/** Removes optional request fields that a service does not support. */
import type { CompletionRequest, OptionalRequestField } from '../../shared/chat.ts';

/** Without any of these fields, as nearly always, the request itself is returned. */
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
