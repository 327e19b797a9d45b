/** Fields that not every copy of OpenAI's API knows, left out when one is refused. */
import * as z from 'zod';
import type { ErrorResponse, WireRequest } from './wire-format.ts';

/**
 * Only what Rumbo adds by itself and an answer can do without, never a message or a tool. `otherwise` is the name the
 * same thing has elsewhere.
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

/** How services say that they do not take a field at all; a value they do not like is said otherwise. */
const unsupportedPattern =
  /unsupported[_ ](?:parameter|value|field)|(?:unknown|unrecognized|unexpected|invalid)[_ ](?:request )?(?:parameter|argument|field|key)|extra_forbidden|extra (?:inputs|fields) (?:are )?not (?:permitted|allowed)|(?:is|are) not (?:supported|permitted|allowed)|does not support/i;

type Fields = Readonly<Record<string, unknown>>;

/** The request without the field the refusal names; `undefined` when it names none of ours. */
export function dropOpenAiField(
  { path, body }: WireRequest,
  refusal: ErrorResponse,
): WireRequest | undefined {
  if (refusal.status !== 400 && refusal.status !== 422) return undefined;
  const said = refusal.body.slice(0, 4_000);
  if (!unsupportedPattern.test(said)) return undefined;
  const named = parameterIn(said) ?? said;
  const names = (field: string): boolean => new RegExp(`(?<!\\w)${field}(?!\\w)`).test(named);
  const fields = body as Fields;
  const options = fields['stream_options'] as Fields | undefined;
  if (options && 'include_obfuscation' in options && names('include_obfuscation'))
    return { path, body: { ...fields, stream_options: without(options, 'include_obfuscation') } };
  const found = droppableFields.find(({ name }) => name in fields && names(name));
  if (!found) return undefined;
  const { name, alternateName } = found;
  const rest = without(fields, name);
  return { path, body: alternateName ? { ...rest, [alternateName]: fields[name] } : rest };
}

const without = (fields: Fields, field: string): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name !== field));

const ErrorParam = z.object({ error: z.object({ param: z.string().min(1) }) });

/** OpenAI says which; then nothing else in its sentence counts. */
function parameterIn(text: string): string | undefined {
  try {
    return ErrorParam.safeParse(JSON.parse(text)).data?.error.param;
  } catch {
    return undefined;
  }
}
