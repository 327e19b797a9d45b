/**
 * A JSON Schema as Anthropic can hold a model to it: closed objects, and no limits on numbers, texts or lists. What it has no
 * keyword for is in the description, where the model reads it. https://platform.claude.com/docs/en/build-with-claude/structured-outputs
 */
type Schema = Readonly<Record<string, unknown>>;

const sameKeywords = new Set(['type', 'title', 'enum', 'const', 'required', '$ref', 'default']);
const formats = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
]);
/** Keywords that hold one schema, a list of them, or one for each name. */
const nested = {
  items: 'one',
  anyOf: 'list',
  allOf: 'list',
  $defs: 'named',
  definitions: 'named',
  properties: 'named',
};

export function strictSchema(schema: Schema): Schema {
  const strict: Record<string, unknown> = {};
  const described: string[] = [];
  for (const [name, value] of Object.entries(schema)) {
    const inner = nestedSchema(name === 'oneOf' ? 'anyOf' : name, value);
    if (inner) strict[name === 'oneOf' ? 'anyOf' : name] = inner;
    else if (
      sameKeywords.has(name) ||
      isFormat(name, value) ||
      (name === 'minItems' && (value === 0 || value === 1))
    )
      strict[name] = value;
    else if (name !== '$schema' && name !== 'description' && name !== 'additionalProperties')
      described.push(`${name}: ${JSON.stringify(value)}`);
  }
  const { description } = schema;
  const texts = [
    ...(typeof description === 'string' && description !== '' ? [description] : []),
    ...(described.length > 0 ? [`{${described.join(', ')}}`] : []),
  ];
  if (texts.length > 0) strict['description'] = texts.join('\n\n');
  if (schema['type'] === 'object' || 'properties' in schema) strict['additionalProperties'] = false;
  return strict;
}

const isFormat = (name: string, value: unknown): boolean =>
  name === 'format' && typeof value === 'string' && formats.has(value);

function nestedSchema(name: string, value: unknown): unknown {
  const form = Object.hasOwn(nested, name) ? nested[name as keyof typeof nested] : undefined;
  if (!form || typeof value !== 'object' || value === null) return undefined;
  if (form === 'one') return Array.isArray(value) ? undefined : strictSchema(value as Schema);
  if (form === 'list') return Array.isArray(value) ? value.map(strictOrSame) : undefined;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, strictOrSame(each)]));
}

const strictOrSame = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? strictSchema(value as Schema)
    : value;
