/** Changes a value so that it may match a JSON Schema: what models write beside it, never what is a matter of opinion. Pure. */
import { type Fields, isObject } from './json-fields.ts';

type Schema = Readonly<Record<string, unknown>>;

const maxDepth = 32;

/** The value nearer to the schema; the value itself where nothing is known to do. */
export function repairValue(value: unknown, schema: unknown, depth = 0): unknown {
  if (!isObject(schema) || depth > maxDepth) return value;
  const alternatives = [schema['anyOf'], schema['oneOf']].find(Array.isArray);
  if (alternatives && !schema['type']) return repairFor(value, alternatives as readonly unknown[], depth);
  const types = [schema['type']].flat().filter((type): type is string => typeof type === 'string');
  const typed =
    types.length === 0 || types.some((type) => isOfType(value, type)) ? value : toType(value, types, schema);
  if (isObject(typed) && (types.length === 0 || types.includes('object')))
    return repairObject(typed, schema, depth);
  if (Array.isArray(typed) && isObject(schema['items']))
    return typed.map((each) => repairValue(each, schema['items'], depth + 1));
  return enumValue(typed, schema['enum']);
}

/** By the first alternative of the value's own type. */
function repairFor(value: unknown, alternatives: readonly unknown[], depth: number): unknown {
  const own = alternatives.find(
    (each) => isObject(each) && typeof each['type'] === 'string' && isOfType(value, each['type']),
  );
  const schemas = alternatives.filter((each) => !(isObject(each) && each['type'] === 'null'));
  const only = schemas.length === 1 ? schemas[0] : undefined;
  return own || only ? repairValue(value, own ?? only, depth + 1) : value;
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}

/** Numbers and truth values that were quoted, quoted JSON, one value instead of a list, and the other way round. */
function toType(value: unknown, types: readonly string[], schema: Schema): unknown {
  for (const type of types) {
    if (
      (type === 'number' || type === 'integer') &&
      typeof value === 'string' &&
      /^\s*-?\d{1,15}(?:\.\d{1,15})?\s*$/.test(value)
    ) {
      const number = Number(value);
      if (type === 'number' || Number.isInteger(number)) return number;
    }
    if (type === 'boolean' && typeof value === 'string' && /^\s*(?:true|false)\s*$/i.test(value))
      return value.trim().toLowerCase() === 'true';
    if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
    if ((type === 'object' || type === 'array') && typeof value === 'string') {
      const parsed = parse(value);
      if (isOfType(parsed, type)) return parsed;
    }
    if (type === 'array' && value !== null && value !== undefined) {
      const item = isObject(schema['items']) ? schema['items']['type'] : undefined;
      if (typeof item === 'string' && isOfType(value, item)) return [value];
    }
    if (type !== 'array' && Array.isArray(value) && value.length === 1 && isOfType(value[0], type))
      return value[0];
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function repairObject(value: Fields, schema: Schema, depth: number): Fields {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? (schema['required'] as readonly unknown[]) : [];
  const isClosed = schema['additionalProperties'] === false;
  const result: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    const own = Object.hasOwn(properties, name) ? name : otherSpelling(name, value, properties);
    if (own === undefined) {
      if (!isClosed) result[name] = each;
      continue;
    }
    // Models write null for what they leave out.
    if (each === null && !required.includes(own) && !allowsNull(properties[own])) continue;
    result[own] = repairValue(each, properties[own], depth + 1);
  }
  return result;
}

const allowsNull = (schema: unknown): boolean =>
  !isObject(schema) || schema['type'] === undefined || [schema['type']].flat().includes('null');

/** The property whose name differs in capitals, underscores and dashes alone, and that the value does not have. */
function otherSpelling(name: string, value: Fields, properties: Fields): string | undefined {
  const plain = (text: string): string => text.replace(/[_-]/g, '').toLowerCase();
  const found = Object.keys(properties).filter(
    (each) => !Object.hasOwn(value, each) && plain(each) === plain(name),
  );
  return found.length === 1 ? found[0] : undefined;
}

/** A word of a list in other capitals. */
function enumValue(value: unknown, words: unknown): unknown {
  if (typeof value !== 'string' || !Array.isArray(words) || words.includes(value)) return value;
  const found = words.filter(
    (word) => typeof word === 'string' && word.toLowerCase() === value.trim().toLowerCase(),
  );
  return found.length === 1 ? found[0] : value;
}
