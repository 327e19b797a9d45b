/** Fields that not every copy of OpenAI's API supports, and how a service states that it rejects one. */
import { parseErrorText } from './error-body.ts';
import type { Fields } from './json-fields.ts';
import type { ErrorResponse, RejectedField, WireRequest } from './wire-format.ts';

/**
 * Only fields that an answer does not depend on, never a message or a tool. `alternateName` is the name of the same
 * field elsewhere.
 */
const droppableFields: readonly RejectedField[] = [
  { name: 'stream_options.include_obfuscation' },
  { name: 'stream_options' },
  { name: 'max_tokens', alternateName: 'max_completion_tokens' },
  { name: 'max_completion_tokens', alternateName: 'max_tokens' },
  { name: 'max_output_tokens' },
  { name: 'temperature' },
  { name: 'top_p' },
  { name: 'top_k' },
  { name: 'frequency_penalty' },
  { name: 'presence_penalty' },
  { name: 'prediction' },
  { name: 'service_tier' },
  { name: 'seed' },
  { name: 'random_seed' },
  { name: 'parallel_tool_calls' },
  { name: 'prompt_cache_key' },
  { name: 'safety_identifier' },
  { name: 'user' },
  { name: 'user_id' },
  { name: 'metadata' },
  { name: 'reasoning_format' },
  { name: 'reasoning_effort' },
  { name: 'reasoning' },
  { name: 'thinking' },
  { name: 'chat_template_kwargs' },
  { name: 'encoding_format' },
  { name: 'include' },
  { name: 'store' },
];

/** Messages by which services reject a field as such, or any value of it but their own. */
const rejected =
  /unsupported[_ ](?:parameter|value|field|argument|option)|(?:unknown|unrecognized|unexpected|invalid|additional|extra)[_ ](?:request )?(?:parameters?|arguments?|fields?|keys?|names?|propert(?:y|ies)|inputs?|keyword)|(?:parameter|argument|field|option|property) not (?:supported|allowed|permitted)|cannot find field|no such field|extra_forbidden|additionalproperties|(?:is|are|was|were) (?:not|no longer|un) ?(?:currently )?(?:supported|permitted|allowed|accepted|available|recognized|implemented|enabled|configurable)|is not an? (?:supported|valid|allowed|accepted|known|recognized) (?:parameter|field|argument|option|key|property)|may only be set to|(?:does|do)(?: not|n['\u2019]t) (?:support|accept|allow|recognize)|(?:is|are) deprecated|only (?:the )?default|only \d+(?:\.\d+)? (?:is|are) (?:allowed|supported|permitted)|only (?:\w+ )?(?:supports?|accepts?|allows?)|must be (?:set to |exactly )?(?:1|the default|unset|omitted|removed)\b|must be one of|is fixed|cannot be (?:set|specified|used|changed|combined)|not (?:both|compatible)|(?:use|try) ['"`]?\w+_\w+['"`]? instead|specify only one|mutually exclusive|\u4e0d\u652f\u6301/i;

/** Whether a sentence rejects some field, or some value of it. */
export const rejectsField = (text: string): boolean => rejected.test(text);

/** The field that the error names as rejected. `undefined`: it names none of these. */
export function rejectedOpenAiField(
  { body }: WireRequest,
  response: ErrorResponse,
): RejectedField | undefined {
  const { text, params, codes } = parseErrorText(response.body);
  const about = [text, ...codes].join('\n').slice(0, 4_000);
  if (!rejected.test(about)) return undefined;
  const fields = body as Fields;
  const present = droppableFields.filter(({ name }) => hasField(fields, name));
  const precise =
    present.find(({ name }) => params.includes(name)) ??
    params.flatMap((param) => namedIn(present, param))[0];
  // A parameter that OpenAI names is the one at fault; nothing else in its message counts then. Cerebras names a reason there.
  if (precise || params.some((param) => Object.hasOwn(fields, param))) return precise;
  return namedIn(present, about)[0];
}

/** Those that a text names, in the order of the text: a sentence names the field at fault first. */
const namedIn = (fields: readonly RejectedField[], text: string): readonly RejectedField[] =>
  fields
    .map((field) => ({ field, index: indexOfName(text, field.name) }))
    .filter(({ index }) => index >= 0)
    // Of `stream_options.include_obfuscation` the inner one.
    .sort(
      (one, other) => Number(isInner(other.field)) - Number(isInner(one.field)) || one.index - other.index,
    )
    .map(({ field }) => field);

const isInner = ({ name }: RejectedField): boolean => name.includes('.');

/** Some services name `top_p` as `topP`. */
const indexOfName = (text: string, path: string): number => {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const camelName = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return text.search(new RegExp(`(?<!\\w)(?:${name}|${camelName})(?!\\w)`));
};

const hasField = (fields: Fields, path: string): boolean => {
  const [name = '', inner] = path.split('.');
  if (!Object.hasOwn(fields, name)) return false;
  const value = fields[name];
  return inner === undefined || (typeof value === 'object' && value !== null && inner in value);
};
