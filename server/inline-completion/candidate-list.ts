/** The list of models from which the user chooses those for ghost text. */
import { modelId, noUsage, providerOf } from '../../shared/chat.ts';
import type { InlineCandidate } from '../../shared/inline.ts';
import type { Model } from '../../shared/models.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import { costOf, isFreeModel } from '../routing/price.ts';
import type { Latencies } from './latencies.ts';
import type { ModelAbilities } from './model-abilities.ts';
import { promptTokenLimit, usualOutputTokens } from './prompt-limits.ts';
import type { Eligibility } from './rank-models.ts';
import type { RankedModels } from './ranked-models.ts';
import type { UsageCounts } from './usage-counts.ts';

export type CandidateListDeps = {
  readonly settings: () => Pick<Settings, 'inline.models'>;
  readonly providers: Pick<ProviderRegistry, 'get'>;
  readonly models: Pick<RankedModels, 'ranking'>;
  readonly abilities: Pick<ModelAbilities, 'formatOf'>;
  readonly latencies: Pick<Latencies, 'of'>;
  readonly usage: Pick<UsageCounts, 'usdPerOffer'>;
};

/** Every model, those that would be requested first; and models that the settings name and no provider lists. */
export function candidateList(deps: CandidateListDeps): () => readonly InlineCandidate[] {
  const { settings, providers, models, abilities, latencies, usage } = deps;

  const usdPerThousand = (model: Model): number | null => {
    if (isFreeModel(model)) return 0;
    const predicted = costOf(
      { ...noUsage, input: promptTokenLimit(model), output: usualOutputTokens.typical },
      model.price,
    );
    const usd = usage.usdPerOffer(model.id) ?? predicted;
    return usd === null ? null : usd * 1_000;
  };

  const candidateOf = ({ model, isAllowed, isUsable, reason }: Eligibility): InlineCandidate => {
    const mode = abilities.formatOf(model);
    return {
      model: model.id,
      source: model.source,
      allowed: isAllowed,
      usable: isUsable,
      ...(reason === undefined ? {} : { reason }),
      ...(mode === undefined ? {} : { mode }),
      usualMs: latencies.of(model.id, promptTokenLimit(model))?.usualMs ?? null,
      usdPerThousand: usdPerThousand(model),
    };
  };

  return () => {
    const { ranked, eligibility } = models.ranking(false, Number.POSITIVE_INFINITY);
    const order = new Map(ranked.map(({ model }, index) => [model.id, index]));
    const indexOf = ({ id }: Model) => order.get(id) ?? order.size;
    const rankedIds = new Set<string>(eligibility.map(({ model }) => model.id));
    const unlisted = settings()['inline.models'].filter(
      (name) => !name.endsWith('/*') && !rankedIds.has(name),
    );
    return [
      ...eligibility.toSorted((one, other) => indexOf(one.model) - indexOf(other.model)).map(candidateOf),
      ...unlisted.map((name) => unlistedCandidate(name, providers.get(providerOf(name))?.config.source)),
    ];
  };
}

const unlistedCandidate = (name: string, source: Model['source'] = 'api'): InlineCandidate => ({
  model: modelId(providerOf(name), name.slice(providerOf(name).length + 1)),
  source,
  allowed: true,
  usable: false,
  reason: 'No provider lists it.',
  usualMs: null,
  usdPerThousand: source === 'local' ? 0 : null,
});
