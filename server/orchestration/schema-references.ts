/** References of a JSON Schema that never reach a schema: no validator and no service can read it. */

type Schema = Readonly<Record<string, unknown>>;

/**
 * Whether a reference leads back to itself without reading any of the value on its way. A list whose rest is a list again is
 * not one: it ends with the value. https://json-schema.org/draft/2020-12/json-schema-core#section-9.4.1
 */
export function hasReferenceLoop(root: Schema): boolean {
  const references = new Set<string>();
  collect(root, references, 0);
  const ended = new Set<string>();
  for (const start of references) if (leadsBack(root, start, new Set(), ended)) return true;
  return false;
}

/** Levels of a schema that are read; a deeper one is read by no service. */
const maxDepth = 200;

function collect(value: unknown, found: Set<string>, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return;
  const { $ref } = value as Schema;
  if (typeof $ref === 'string') found.add($ref);
  for (const each of Object.values(value)) collect(each, found, depth + 1);
}

/** @param ended references that are known to lead to schemas; each is followed once */
function leadsBack(root: Schema, reference: string, path: Set<string>, ended: Set<string>): boolean {
  if (ended.has(reference)) return false;
  if (path.has(reference) || path.size > maxDepth) return true;
  path.add(reference);
  const isLoop = appliedBy(resolve(root, reference)).some((next) => leadsBack(root, next, path, ended));
  path.delete(reference);
  ended.add(reference);
  return isLoop;
}

/** References that apply to the same value as the schema does. */
function appliedBy(schema: unknown, depth = 0): readonly string[] {
  if (typeof schema !== 'object' || schema === null || depth > maxDepth) return [];
  const { $ref, allOf, anyOf, oneOf } = schema as Schema;
  const own = typeof $ref === 'string' ? [$ref] : [];
  const inner = [allOf, anyOf, oneOf].flatMap((list) =>
    Array.isArray(list) ? list.flatMap((each) => appliedBy(each, depth + 1)) : [],
  );
  return [...own, ...inner];
}

/** `undefined`: it leads out of the schema, or nowhere. */
function resolve(root: Schema, reference: string): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let value: unknown = root;
  for (const step of reference.slice(2).split('/')) {
    if (typeof value !== 'object' || value === null) return undefined;
    const name = unescapeStep(step);
    value = Object.hasOwn(value, name) ? (value as Schema)[name] : undefined;
  }
  return value;
}

const unescapeStep = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');
