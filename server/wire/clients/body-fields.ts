/** Reads the fields of a client's body: leniently where a field is optional, and with a list of those that were not read. */
import { RumboError } from '../../../shared/errors.ts';
import { type Fields, fieldsOf } from '../json-fields.ts';

/** @throws `invalid-request` */
export function bodyOf(body: unknown): Fields {
  const fields = fieldsOf(body);
  if (!fields) throw invalidBody('The body is no JSON object.');
  return fields;
}

export const invalidBody = (message: string): RumboError =>
  new RumboError(message, { kind: 'invalid-request', action: 'Correct the request and send it again.' });

/** A number within a range that the rest of Rumbo takes; nearer values are moved into it. `undefined`: it is none. */
export function numberWithin(value: unknown, min: number, max: number): number | undefined {
  return typeof value === 'number' && Number.isFinite(value)
    ? Math.min(max, Math.max(min, value))
    : undefined;
}

/** A positive whole number. `undefined`: it is none. */
export const countOf = (value: unknown, max = Number.MAX_SAFE_INTEGER): number | undefined =>
  typeof value === 'number' && value >= 1 ? Math.min(max, Math.floor(value)) : undefined;

/** The object without fields that are `undefined`. */
export function defined<Value extends object>(
  value: Value,
): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>;
  };
}

/** The names of a body that have a value and are not in this list. */
export const unreadFields = (body: Fields, names: ReadonlySet<string>): readonly string[] =>
  Object.keys(body).filter((name) => body[name] !== undefined && body[name] !== null && !names.has(name));

/** The media type and the bytes of a `data:` address. `undefined`: it is none in base64. */
export function dataAddress(url: string): { readonly mediaType: string; readonly data: string } | undefined {
  if (!url.startsWith('data:')) return undefined;
  const comma = url.indexOf(',', 5);
  const head = url.slice('data:'.length, comma);
  if (comma < 0 || !head.endsWith(';base64')) return undefined;
  return { mediaType: head.slice(0, -';base64'.length).split(';')[0] ?? '', data: url.slice(comma + 1) };
}
