/** How a model that has no JSON mode is asked for JSON. */
import type { ResponseFormat } from '../../shared/chat.ts';

export function jsonInstruction({ schema, description }: Extract<ResponseFormat, { type: 'json' }>): string {
  const about = description === undefined ? '' : ` ${description}`;
  const rule =
    schema === undefined
      ? 'Answer with one JSON object'
      : `Answer with one JSON value that is valid against this JSON Schema:\n${JSON.stringify(schema)}\nWrite only the JSON`;
  return `${rule}, without a code fence and without any other words.${about}`;
}
