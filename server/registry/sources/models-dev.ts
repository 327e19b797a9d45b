/** models.dev, a community database of models. https://models.dev, MIT, https://github.com/anomalyco/models.dev */
import * as z from 'zod';
import type { ServiceTier } from '../../../shared/chat.ts';
import type { Price, Rates } from '../../../shared/models.ts';
import { providers } from '../../../shared/providers.ts';
import { definedFields } from '../../platform/defined-fields.ts';
import type { FactSource, ModelEntry, ModelFacts } from '../facts.ts';

/** Our engine kinds by its provider ids. */
const kinds: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(providers).flatMap(([kind, { modelsDevId }]) => (modelsDevId ? [[modelsDevId, kind]] : [])),
);

const serviceTiers: Readonly<Record<string, ServiceTier>> = {
  flex: 'flex',
  priority: 'priority',
  fast: 'priority',
  batch: 'batch',
};

const Count = z.number().positive().optional().catch(undefined);
const Flag = z.boolean().optional().catch(undefined);
/** Validated later: a negative price must be reported, not dropped. */
const Usd = z.number().optional().catch(undefined);
const Cost = z.object({ input: z.number(), output: z.number(), cache_read: Usd, cache_write: Usd });
type Cost = z.infer<typeof Cost>;
const Words = z.array(z.string()).optional().catch(undefined);

const Model = z.object({
  tool_call: z
    .union([z.boolean(), z.object({ supported: z.boolean() }).transform(({ supported }) => supported)])
    .optional()
    .catch(undefined),
  reasoning: Flag,
  modalities: z.object({ input: Words, output: Words }).optional().catch(undefined),
  limit: z.object({ context: Count, output: Count }).optional().catch(undefined),
  cost: Cost.extend({
    tiers: z
      .array(Cost.extend({ tier: z.object({ size: z.number().positive() }) }))
      .optional()
      .catch(undefined),
    context_over_200k: Cost.optional().catch(undefined),
  })
    .optional()
    .catch(undefined),
  experimental: z
    .object({
      modes: z.record(
        z.string(),
        z
          .object({
            cost: Cost,
            provider: z.object({ body: z.object({ service_tier: z.string() }) }),
          })
          .optional()
          .catch(undefined),
      ),
    })
    .optional()
    .catch(undefined),
});
type Model = z.infer<typeof Model>;

const File = z.record(z.string(), z.unknown());
const Provider = z.object({ models: z.record(z.string(), z.unknown()) });

export const modelsDev: FactSource = {
  id: 'models.dev',
  label: 'models.dev',
  origin: 'models.dev',
  url: 'https://models.dev/api.json',
  limitBytes: 16_000_000,
  parse(body) {
    const file = File.parse(JSON.parse(body));
    return Object.entries(kinds).flatMap(([id, kind]): ModelEntry[] => {
      const { data: provider } = Provider.safeParse(file[id]);
      return Object.entries(provider?.models ?? {}).flatMap(([name, value]) => {
        const { data: model } = Model.safeParse(value);
        const facts = model && factsOf(name, model);
        return facts && Object.keys(facts).length > 0 ? [{ kind, name, facts }] : [];
      });
    });
  },
};

function factsOf(name: string, model: Model): ModelFacts | undefined {
  const { input = [], output = [] } = model.modalities ?? {};
  if (output.length > 0 && !output.includes('text')) return;
  const embeds = /\bembed/.test(name);
  return definedFields({
    contextTokens: model.limit?.context,
    maxOutputTokens: embeds ? undefined : model.limit?.output,
    tools: model.tool_call,
    vision: input.length > 0 ? input.includes('image') : undefined,
    reasoning: model.reasoning,
    embeds: embeds || undefined,
    price: priceOf(model),
  });
}

function priceOf({ cost, experimental }: Model): Price | undefined {
  // It has 0 for free models, and for models without a price.
  if (!cost || (cost.input === 0 && cost.output === 0)) return;
  const first = cost.tiers?.toSorted((a, b) => a.tier.size - b.tier.size)[0];
  const long = first
    ? { overTokens: first.tier.size, rates: ratesOf(first) }
    : cost.context_over_200k && { overTokens: 200_000, rates: ratesOf(cost.context_over_200k) };
  const tiers = Object.values(experimental?.modes ?? {}).flatMap((mode) => {
    const tier = mode && serviceTiers[mode.provider.body.service_tier];
    return tier ? [[tier, ratesOf(mode.cost)] as const] : [];
  });
  return {
    ...ratesOf(cost),
    ...definedFields({
      longContext: long,
      serviceTiers: tiers.length > 0 ? Object.fromEntries(tiers) : undefined,
    }),
  };
}

const ratesOf = ({ input, output, cache_read, cache_write }: Cost): Rates => ({
  input,
  output,
  ...definedFields({ cachedRead: cache_read, cacheWrite: cache_write }),
});
