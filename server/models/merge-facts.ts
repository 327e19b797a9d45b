/** Joins what loaders found: for each field the best of those who said something. Pure. */
import type { ModelId } from '../../shared/chat.ts';
import {
  type DetailField,
  type DetailOrigin,
  type ModelDetails,
  modelTypes,
} from '../../shared/model-details.ts';
import type { FactsByOrigin } from './model-facts.ts';

/** Best first: who runs the model knows it better than books, and books better than another model. */
const defaultOrder: readonly DetailOrigin[] = ['engine', 'list', 'registry', 'model'];

/** Where another order is better. */
const orders: Readonly<Partial<Record<DetailField, readonly DetailOrigin[]>>> = {
  // The list is newer than the details, and what is allocated changes with each load.
  contextTokens: ['list', 'engine', 'registry', 'model'],
  sizeBytes: ['list', 'engine', 'registry', 'model'],
};

const fieldNames: readonly DetailField[] = [
  ...modelTypes,
  'summary',
  'contextTokens',
  'trainedContextTokens',
  'sizeBytes',
  'parameters',
  'quantisation',
  'licence',
  'price',
];

export function mergeFacts(id: ModelId, findings: FactsByOrigin): ModelDetails {
  const fields: Record<string, unknown> = {};
  const provenance: { [Field in DetailField]?: { by: DetailOrigin; at: string } } = {};
  for (const field of fieldNames) {
    const by = (orders[field] ?? defaultOrder).find((origin) => findings[origin]?.facts[field] !== undefined);
    const said = by && findings[by];
    if (!said) continue;
    fields[field] = said.facts[field];
    provenance[field] = { by, at: new Date(said.atMs).toISOString() };
  }
  return { id, types: modelTypes.filter((type) => fields[type] === true), fields, provenance };
}
