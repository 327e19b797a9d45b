/** What the registry of models knows: limits, abilities and prices, from vendors' pages and models.dev. */
import type { Known } from '../../registry/merged-facts.ts';
import type { DetailLoader } from '../detail-loader.ts';
import type { Finding } from '../model-facts.ts';
import type { ServedModel } from '../model-set.ts';
import { known } from './reading.ts';

/** Some prices change on a date or by the hour, and a lookup costs nothing. */
const freshMs = 3_600_000;
const free = { input: 0, output: 0 };

export const registryLoader = (lookUp: (kind: string, name: string) => Known): DetailLoader => ({
  name: 'registry',
  freshMs,
  appliesTo: () => true,
  load: async (models) => new Map(models.map((model) => [model.id, findingOf(model, lookUp)])),
});

function findingOf(
  { kind, name, source }: ServedModel,
  lookUp: (kind: string, name: string) => Known,
): Finding {
  const { embeds, fill, abilities, contextTokens, price } = lookUp(kind, name);
  return known({
    chat: embeds === null ? undefined : !embeds,
    embedding: embeds ?? undefined,
    fim: fill ?? undefined,
    tools: abilities.tools ?? undefined,
    vision: abilities.vision ?? undefined,
    trainedContextTokens: contextTokens ?? undefined,
    // A local engine allocates what it likes; a service gives what it says.
    contextTokens: source === 'api' ? (contextTokens ?? undefined) : undefined,
    price: source === 'local' ? free : (price ?? undefined),
  });
}
