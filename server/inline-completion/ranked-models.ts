/** The ranking of all models for ghost text, computed a few times a second at most. */
import type { ModelId } from '../../shared/chat.ts';
import type { Model } from '../../shared/models.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';
import { inlineRole } from '../metrics/inline-usage.ts';
import { type RoutingSnapshotDeps, routingSnapshot } from '../providers/routing-snapshot.ts';
import type { RoutingCriteria, RoutingSnapshot } from '../routing/snapshot.ts';
import type { Clock } from './clock.ts';
import type { Latencies } from './latencies.ts';
import type { ModelAbilities } from './model-abilities.ts';
import type { StreamEnd } from './observed-stream.ts';
import {
  maxCompletionTokens,
  promptOverheadTokens,
  promptTokenLimit,
  usualOutputTokens,
} from './prompt-limits.ts';
import { eligibilityOf, type ModelRanking, rankModels } from './rank-models.ts';
import type { UsageCounts } from './usage-counts.ts';

export type RankedModelsDeps = {
  readonly settings: () => Settings;
  readonly routing: RoutingSnapshotDeps;
  readonly modelCatalog: Pick<ModelCatalog, 'recommendedLocal'>;
  readonly abilities: ModelAbilities;
  readonly latencies: Pick<Latencies, 'of'>;
  readonly usage: Pick<UsageCounts, 'acceptanceRate'>;
  readonly clock: Pick<Clock, 'now'>;
};

/** Milliseconds that a ranking is reused: it reads too much to compute it at every keystroke. */
const rankingTtlMs = 250;
/** Cool-down in milliseconds of a model that rejected a prompt as too long: the next one is hardly shorter. */
const tooLongCooldownMs = 30_000;
/** One ranking is cached per class of document size. Upper bounds in tokens. */
const sizeClasses = [512, 2_048, Number.POSITIVE_INFINITY];

export function rankedModels(deps: RankedModelsDeps) {
  const { settings, routing, modelCatalog, abilities, latencies, usage, clock } = deps;
  const cached = new Map<
    string,
    { readonly settings: Settings; readonly atMs: number; readonly ranking: ModelRanking }
  >();
  const firstModels = new Map<string, ModelId>();
  /** Models that rejected a prompt as too long, and when their cool-down ends. */
  const tooLongUntilMs = new Map<ModelId, number>();

  const snapshotFor = (tokens: number): RoutingSnapshot => {
    const snapshot = routingSnapshot(routing, {
      role: inlineRole,
      task: 'simple_generation',
      promptTokens: tokens,
      recommendedLocal: modelCatalog.recommendedLocal('fill'),
    });
    return { ...snapshot, models: snapshot.models.map(withShortOutput), outputRange: usualOutputTokens };
  };

  const compute = (localOnly: boolean, tokens: number, previousFirst: ModelId | undefined): ModelRanking => {
    const { 'inline.models': written, models } = settings();
    const allowedNames = written.map(routing.providers.listedId);
    const switchedOff = Object.keys(models).filter((id) => models[id as ModelId]?.toggle === false);
    const switchedOffIds = new Set(switchedOff.map(routing.providers.listedId));
    const snapshot = snapshotFor(tokens);
    const now = clock.now();
    const eligibility = snapshot.models.map((model) =>
      eligibilityOf(
        {
          model,
          criteria: criteriaFor(model, localOnly, tokens),
          allowedNames,
          isSwitchedOff: switchedOffIds.has(model.id),
          exceedsContext: now < (tooLongUntilMs.get(model.id) ?? 0),
          isEmbedding: abilities.isEmbedding(model),
        },
        snapshot,
      ),
    );
    const eligible = eligibility.filter(({ isAllowed, isUsable }) => isAllowed && isUsable);
    const hasOther = eligible.some(({ model }) => !model.standby);
    const inputs = eligible
      .filter(({ model }) => !(hasOther && model.standby))
      .map(({ model }) => ({
        model,
        format: abilities.formatOf(model),
        latency: latencies.of(model.id, Math.min(tokens, promptTokenLimit(model))),
        acceptanceRate: usage.acceptanceRate(model.id),
      }));
    return { ranked: rankModels(inputs, snapshot, previousFirst), eligibility };
  };

  return {
    /**
     * @param localOnly only models on the user's machines may read the file
     * @param tokens of the document, about
     */
    ranking(localOnly: boolean, tokens: number): ModelRanking {
      const key = `${localOnly} ${sizeClasses.findIndex((max) => tokens <= max)}`;
      const now = clock.now();
      const last = cached.get(key);
      if (last && last.settings === settings() && now - last.atMs <= rankingTtlMs) return last.ranking;
      const ranking = compute(localOnly, tokens, firstModels.get(key));
      const [first] = ranking.ranked;
      if (first) firstModels.set(key, first.model.id);
      cached.set(key, { settings: settings(), atMs: now, ranking });
      return ranking;
    },
    /** Something has changed that the ranking depends on. */
    invalidate: (): void => cached.clear(),
    /** A failure may start a cool-down of the model or its provider. */
    recordOutcome({ model, outcome }: { readonly model: Model; readonly outcome: StreamEnd }): void {
      if (outcome === 'ok' || outcome === 'stopped' || outcome === 'cancelled') return;
      if (outcome === 'context-too-long') tooLongUntilMs.set(model.id, clock.now() + tooLongCooldownMs);
      cached.clear();
    },
  };
}

export type RankedModels = ReturnType<typeof rankedModels>;

/** With the output limit of ghost text, which keeps the highest possible price low. */
const withShortOutput = (model: Model): Model => ({
  ...model,
  maxOutputTokens: Math.min(model.maxOutputTokens ?? Number.POSITIVE_INFINITY, maxCompletionTokens.block),
});

/** The request as this model would get it. */
function criteriaFor(model: Model, localOnly: boolean, tokens: number): RoutingCriteria {
  const maxTokens = promptTokenLimit(model);
  return {
    task: 'simple_generation',
    role: inlineRole,
    difficulty: 0,
    localOnly,
    needsTools: false,
    needsVision: false,
    promptTokens: Math.min(tokens, maxTokens),
    // A byte per token, and the text around the code.
    maxPromptTokens: maxTokens * 4 + promptOverheadTokens,
  };
}
