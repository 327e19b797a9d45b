/** The entries of a list of models, in whatever shape a service or gateway gives it. */
import type { ErrorKind } from '../../shared/error-policies.ts';
import { RumboError } from '../../shared/errors.ts';
import { errorInEvent } from './error-event.ts';
import { errorFromEvent } from './error-response.ts';
import { isObject } from './json-fields.ts';

export type ListEntry = Readonly<Record<string, unknown>>;

/** Fields that hold a list, in the order in which they are tried: llama-server has two of them at once. */
const listFields = [
  'data',
  'models',
  'model_list',
  'items',
  'results',
  'list',
  'result',
  'body',
  'value',
  'available_models',
  // Databricks, watsonx, Bedrock, Vertex, text-generation-webui.
  'endpoints',
  'resources',
  'modelSummaries',
  'publisherModels',
  'model_names',
  'records',
];
/** Fields that hold an entry's name, in the order in which they are tried. */
const nameFields = ['id', 'key', 'model', 'name', 'model_name', 'modelName', 'model_id', 'modelId', 'slug'];

/** Errors of a key or an account; any other may mean that there is no list at this address. */
const aboutAccount: ReadonlySet<ErrorKind> = new Set(['unauthorized', 'payment-required', 'rate-limited']);

/** Levels of lists within lists. */
const maxDepth = 4;

/**
 * Each entry as an object with its name as `id`: a list of objects or words, also below other fields, an object by id,
 * groups of models. `null` instead of a list is an empty one. Throws `bad-response` for a shape that is no list, and the
 * error that the body reports instead.
 */
export function listEntries(body: unknown): readonly ListEntry[] {
  const entries = entriesIn(body, 0);
  if (entries) return entries;
  if (typeof body === 'object' && body !== null) {
    const failure = errorInEvent(body);
    const error = failure === undefined ? undefined : errorFromEvent(failure);
    if (error && aboutAccount.has(error.kind)) throw error;
  }
  throw new RumboError('The service’s list of models cannot be read.', { kind: 'bad-response' });
}

/** `undefined`: there is no list. */
function entriesIn(value: unknown, depth: number): readonly ListEntry[] | undefined {
  if (depth > maxDepth) return undefined;
  if (Array.isArray(value)) return value.flatMap((each) => entriesOf(each, depth));
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as ListEntry;
  const present = listFields.filter((name) => Object.hasOwn(fields, name));
  for (const name of present) {
    const list = fields[name];
    const entries = isObject(list) && !holdsList(list) ? entriesById(list) : entriesIn(list, depth + 1);
    if (entries) return entries;
  }
  // No list at all is what services write that have no model yet.
  if (present.some((name) => fields[name] === null)) return [];
  return depth === 0 && present.length === 0 ? entriesById(fields) : undefined;
}

const holdsList = (fields: ListEntry): boolean => listFields.some((name) => Object.hasOwn(fields, name));

/** `{"gpt-x": {…}, "other": {…}}`. `undefined`: it holds something else. */
function entriesById(fields: ListEntry): readonly ListEntry[] | undefined {
  const entries = Object.entries(fields);
  if (entries.length === 0 || !entries.every(([name, value]) => isObject(value) && meansModel(name)))
    return undefined;
  return entries.map(([id, value]) => ({ ...(value as ListEntry), id }));
}

const meansModel = (name: string): boolean =>
  !/^(?:error|errors|detail|meta|metadata|links|pagination|status)$/.test(name);

function entriesOf(value: unknown, depth: number): readonly ListEntry[] {
  if (typeof value === 'string') return value === '' ? [] : [{ id: value }];
  if (Array.isArray(value)) return entriesIn(value, depth + 1) ?? [];
  if (!isObject(value)) return [];
  const id = nameIn(value);
  if (id !== undefined) {
    // A group of models: a provider with those it serves.
    const group = Array.isArray(value['models']) ? entriesIn(value['models'], depth + 1) : undefined;
    return group?.length ? group : [{ ...value, id }];
  }
  return entriesIn(value, depth + 1) ?? [];
}

/** A UUID is a name to no user, so a word under another name is preferred. */
function nameIn(entry: ListEntry): string | undefined {
  const names = nameFields.flatMap((field) => {
    const name = entry[field];
    return typeof name === 'string' && name.trim() !== '' ? [name] : [];
  });
  return names.find((name) => !/^(?:\d+|[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12})$/i.test(name)) ?? names[0];
}
