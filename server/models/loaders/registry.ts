/** What the registry of models knows: limits, abilities and prices, from vendors' pages and models.dev. */
import type { MergedFacts } from '../../registry/merged-facts.ts';
import type { DetailLoader } from '../detail-loader.ts';
import type { ModelFacts } from '../model-facts.ts';
import type { ServedModel } from '../model-set.ts';
import { definedFields } from './reading.ts';

/** Some prices change on a date or by the hour, and a lookup costs nothing. */
const maxAgeMs = 3_600_000;
const freePrice = { input: 0, output: 0 };

export const registryLoader = (lookUp: (kind: string, name: string) => MergedFacts): DetailLoader => ({
  name: 'registry',
  maxAgeMs,
  appliesTo: () => true,
  load: async (models) => new Map(models.map((model) => [model.id, registryFacts(model, lookUp)])),
});

function registryFacts(
  { kind, name, source }: ServedModel,
  lookUp: (kind: string, name: string) => MergedFacts,
): ModelFacts {
  const { embeds, fill, abilities, contextTokens, price } = lookUp(kind, name);
  return definedFields({
    chat: embeds === null ? undefined : !embeds,
    embedding: embeds ?? undefined,
    fim: fill ?? undefined,
    tools: abilities.tools ?? undefined,
    vision: abilities.vision ?? undefined,
    trainedContextTokens: contextTokens ?? undefined,
    // A local engine allocates what it likes; a service gives what it says.
    contextTokens: source === 'api' ? (contextTokens ?? undefined) : undefined,
    price: source === 'local' ? freePrice : (price ?? undefined),
  });
}
