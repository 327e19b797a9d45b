/** Fields that not every copy of OpenAI's API supports, dropped when a service rejects one. */
import * as z from 'zod';
import type { ErrorResponse, WireRequest } from './wire-format.ts';

/**
 * Only fields that an answer does not depend on, never a message or a tool. `alternateName` is the name of the same
 * field elsewhere.
 */
const droppableFields: readonly { readonly name: string; readonly alternateName?: string }[] = [
  { name: 'stream_options' },
  { name: 'max_tokens', alternateName: 'max_completion_tokens' },
  { name: 'max_completion_tokens', alternateName: 'max_tokens' },
  { name: 'max_output_tokens' },
  { name: 'temperature' },
  { name: 'top_p' },
  { name: 'seed' },
  { name: 'random_seed' },
  { name: 'parallel_tool_calls' },
  { name: 'prompt_cache_key' },
  { name: 'safety_identifier' },
  { name: 'user' },
  { name: 'reasoning_format' },
  { name: 'reasoning_effort' },
  { name: 'chat_template_kwargs' },
  { name: 'encoding_format' },
  { name: 'include' },
];

/** Messages by which services reject a field as such; they reject a value in other words. */
const unsupportedPattern =
  /unsupported[_ ](?:parameter|value|field)|(?:unknown|unrecognized|unexpected|invalid)[_ ](?:request )?(?:parameter|argument|field|key)|extra_forbidden|extra (?:inputs|fields) (?:are )?not (?:permitted|allowed)|(?:is|are) not (?:supported|permitted|allowed)|does not support/i;

type Fields = Readonly<Record<string, unknown>>;

/** The request without the field that the error names; `undefined` when it names none of these. */
export function dropOpenAiField(
  { path, body }: WireRequest,
  response: ErrorResponse,
): WireRequest | undefined {
  if (response.status !== 400 && response.status !== 422) return undefined;
  const text = response.body.slice(0, 4_000);
  if (!unsupportedPattern.test(text)) return undefined;
  const named = parameterIn(text) ?? text;
  const names = (field: string): boolean => new RegExp(`(?<!\\w)${field}(?!\\w)`).test(named);
  const fields = body as Fields;
  const options = fields['stream_options'] as Fields | undefined;
  if (options && 'include_obfuscation' in options && names('include_obfuscation'))
    return { path, body: { ...fields, stream_options: without(options, 'include_obfuscation') } };
  const field = droppableFields.find(({ name }) => name in fields && names(name));
  if (!field) return undefined;
  const { name, alternateName } = field;
  const rest = without(fields, name);
  return { path, body: alternateName ? { ...rest, [alternateName]: fields[name] } : rest };
}

const without = (fields: Fields, field: string): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name !== field));

const ErrorParam = z.object({ error: z.object({ param: z.string().min(1) }) });

/** The parameter that OpenAI names; nothing else in its message counts then. */
function parameterIn(text: string): string | undefined {
  try {
    return ErrorParam.safeParse(JSON.parse(text)).data?.error.param;
  } catch {
    return undefined;
  }
}
