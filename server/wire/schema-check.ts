/** Whether a value is valid against a JSON Schema, with the reason in a few words. */
import { type OutputUnit, Validator } from '@cfworker/json-schema';

type Schema = Readonly<Record<string, unknown>>;

/** `undefined`: it is valid, or the schema cannot be read, which is the service's business. */
export function schemaFault(value: unknown, schema: Schema): string | undefined {
  const validator = validatorOf(schema);
  if (!validator) return undefined;
  try {
    const { valid, errors } = validator.validate(value);
    return valid ? undefined : faultText(errors);
  } catch {
    // A reference that leads nowhere.
    return undefined;
  }
}

/** Tools come with every request of a conversation. */
const validators = new WeakMap<Schema, Validator | null>();

function validatorOf(schema: Schema): Validator | null {
  const cached = validators.get(schema);
  if (cached !== undefined) return cached;
  let made: Validator | null = null;
  try {
    made = new Validator(withoutExpressions(schema, 0) as Schema, '2020-12', true);
  } catch {
    // Not a schema.
  }
  validators.set(schema, made);
  return made;
}

const maxDepth = 64;

/** Without patterns and formats: a regular expression of another program may take any time. */
function withoutExpressions(schema: unknown, depth: number): unknown {
  if (typeof schema !== 'object' || schema === null || depth > maxDepth) return schema;
  if (Array.isArray(schema)) return schema.map((each) => withoutExpressions(each, depth + 1));
  return Object.fromEntries(
    Object.entries(schema)
      .filter(
        ([name, value]) =>
          !(expressions.has(name) && typeof value !== 'object') && name !== 'patternProperties',
      )
      .map(([name, value]) => [name, withoutExpressions(value, depth + 1)]),
  );
}

const expressions = new Set(['pattern', 'format']);

/** The deepest of the errors is what is wrong; those above it only repeat that something is. */
function faultText(errors: readonly OutputUnit[]): string {
  const deepest = errors.toSorted(
    (one, other) => other.instanceLocation.split('/').length - one.instanceLocation.split('/').length,
  )[0];
  const place = deepest?.instanceLocation.replace(/^#\/?/, '') ?? '';
  return `${place === '' ? '' : `${place}: `}${deepest?.error ?? 'it does not match'}`;
}
