/** Loads facts from the model registry: limits, abilities and prices, from vendors' pages and models.dev. */
import type { DetailFacts } from '../../../shared/model-details.ts';
import { definedFields } from '../../platform/defined-fields.ts';
import type { ModelRegistry } from '../../registry/registry.ts';
import type { DetailLoader } from '../detail-loader.ts';
import type { ServedModel } from '../model-set.ts';

/** Some prices change on a date or by the hour, and a lookup costs nothing. */
const maxAgeMs = 3_600_000;
const freePrice = { input: 0, output: 0 };

export const registryLoader = (registry: Pick<ModelRegistry, 'lookUp'>): DetailLoader => ({
  name: 'registry',
  maxAgeMs,
  appliesTo: () => true,
  load: async (models) => new Map(models.map((model) => [model.id, registryFacts(model, registry)])),
});

function registryFacts(
  { kind, name, source }: ServedModel,
  registry: Pick<ModelRegistry, 'lookUp'>,
): DetailFacts {
  const { embeds, fill, abilities, contextTokens, price } = registry.lookUp(kind, name);
  return definedFields({
    chat: embeds === null ? undefined : !embeds,
    embedding: embeds ?? undefined,
    fim: fill ?? undefined,
    tools: abilities.tools ?? undefined,
    vision: abilities.vision ?? undefined,
    trainedContextTokens: contextTokens ?? undefined,
    // A local engine allocates less than the model allows; a service provides all of it.
    contextTokens: source === 'api' ? (contextTokens ?? undefined) : undefined,
    price: source === 'local' ? freePrice : (price ?? undefined),
  });
}
