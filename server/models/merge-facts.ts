/** Merges the facts of all origins: for each field the most reliable one that has a value. Pure. */
import type { ModelId } from '../../shared/chat.ts';
import {
  type DetailField,
  type DetailOrigin,
  type ModelDetails,
  modelTypes,
} from '../../shared/model-details.ts';
import type { FactsByOrigin } from './model-facts.ts';

/** Most reliable first: the engine that runs a model, then published facts, then another model's description. */
const defaultOrder: readonly DetailOrigin[] = ['engine', 'list', 'registry', 'model'];

/** Fields with another order. */
const orders: Readonly<Partial<Record<DetailField, readonly DetailOrigin[]>>> = {
  // The list is newer than the details, and the allocated context changes with each load.
  contextTokens: ['list', 'engine', 'registry', 'model'],
  sizeBytes: ['list', 'engine', 'registry', 'model'],
};

const fieldNames: readonly DetailField[] = [
  ...modelTypes,
  'summary',
  'contextTokens',
  'configuredContextTokens',
  'trainedContextTokens',
  'sizeBytes',
  'parameters',
  'quantisation',
  'licence',
  'price',
];

export function mergeDetailFacts(id: ModelId, factsByOrigin: FactsByOrigin): ModelDetails {
  const fields: Record<string, unknown> = {};
  const provenance: { [Field in DetailField]?: { by: DetailOrigin; at: string } } = {};
  for (const field of fieldNames) {
    const by = (orders[field] ?? defaultOrder).find(
      (origin) => factsByOrigin[origin]?.facts[field] !== undefined,
    );
    const origin = by && factsByOrigin[by];
    if (!origin) continue;
    fields[field] = origin.facts[field];
    provenance[field] = { by, at: new Date(origin.atMs).toISOString() };
  }
  return { id, types: modelTypes.filter((type) => fields[type] === true), fields, provenance };
}
