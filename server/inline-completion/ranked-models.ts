/** Who may write ghost text now, by what all rooms know; worked out a few times a second at the most. */
import { type ModelId, modelId, noUsage, providerOf } from '../../shared/chat.ts';
import type { ErrorKind } from '../../shared/error-kinds.ts';
import type { InlineCandidate } from '../../shared/inline.ts';
import type { Model } from '../../shared/models.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';
import { type InlineCounts, type InlineUsage, inlineRole } from '../metrics/inline-usage.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import { type RoutingSnapshotDeps, routingSnapshot } from '../providers/routing-snapshot.ts';
import { costOf } from '../routing/price.ts';
import type { RoutingCriteria } from '../routing/snapshot.ts';
import { tokenBudgetsFor } from './context/prefix-and-suffix.ts';
import { maxCompletionTokens } from './fim-prompt.ts';
import { isFreeModel } from './generate.ts';
import type { OutputFormat } from './generator.ts';
import type { Latencies } from './latencies.ts';
import { completionModesFor } from './prompting/completion-modes.ts';
import type { CompletionEndpoint } from './prompting/generate-with-fallback.ts';
import type { ModeCache } from './prompting/mode-cache.ts';
import { type Eligibility, type ModelRanking, rankModels } from './rank-models.ts';

export type RankedModelsDeps = RoutingSnapshotDeps & {
  readonly providers: Pick<ProviderRegistry, 'get'>;
  readonly shelf: Pick<ModelCatalog, 'recommendedLocal' | 'details'>;
  readonly book: InlineUsage;
  readonly latencies: Latencies;
  readonly ways: Pick<ModeCache, 'known'>;
  readonly fillerOf: (model: Model) => CompletionEndpoint | undefined;
};

/** Milliseconds that a choice holds: a keystroke is not worth asking every room. */
const rankingTtlMs = 250;
/** Milliseconds that what was taken and paid in two weeks holds. */
const countsTtlMs = 30_000;
/** Offers of a model before their outcome says something of it. */
const minOffers = 20;
/** Milliseconds that a model rests which has found a prompt too long: the next one is hardly shorter. */
const tooLongCooldownMs = 30_000;
/** Tokens of a suggestion, as far as nobody has seen better. */
const usualOutput = { low: 8, typical: 30, high: 100 };
/** Prompts of these sizes are told apart, in tokens: up to so many. */
const sizes = [512, 2_048, Number.POSITIVE_INFINITY];

export function rankedModels(parts: RankedModelsDeps) {
  const { settings, providers, shelf, book, latencies, ways, fillerOf } = parts;
  const held = new Map<
    string,
    { readonly of: Settings; readonly atMs: number; readonly choices: ModelRanking }
  >();
  const firsts = new Map<string, ModelId>();
  /** Models that have found a prompt too long, and until when they rest. */
  const overwhelmed = new Map<ModelId, number>();
  let lately: { readonly atMs: number; readonly counts: ReadonlyMap<ModelId, InlineCounts> } | undefined;

  const countsOf = (id: ModelId): InlineCounts | undefined => {
    const now = performance.now();
    if (!lately || now - lately.atMs > countsTtlMs) lately = { atMs: now, counts: book.lastTwoWeeks() };
    return lately.counts.get(id);
  };
  const acceptanceRateOf = (id: ModelId): number | undefined => {
    const counts = countsOf(id);
    if (!counts || counts.offered < minOffers) return undefined;
    return Math.min(1, counts.accepted / counts.offered);
  };

  const formatOf = (model: Model): OutputFormat | undefined => {
    const filler = fillerOf(model);
    if (!filler) return undefined;
    const { kind, engine, supportsFim } = filler;
    const [usual] = completionModesFor(model.name, kind, {
      supportsPrefill: engine.supportsPrefill(model.name),
      supportsFim,
    });
    const mode = ways.known(filler) ?? usual;
    return mode === 'fill' || mode === 'template' ? 'fill' : 'chat';
  };

  const isEmbedding = (model: Model): boolean => {
    const [details] = shelf.details([model.id]);
    const types = details?.types ?? [];
    return types.includes('embedding') ? !types.includes('chat') : /embed|rerank/i.test(model.name);
  };

  const decide = (localOnly: boolean, tokens: number, previousFirst: ModelId | undefined): ModelRanking => {
    const now = settings();
    const seen = routingSnapshot(parts, {
      role: inlineRole,
      task: 'simple_generation',
      promptTokens: tokens,
      favourites: shelf.recommendedLocal('fill'),
    });
    const snapshot = { ...seen, models: seen.models.map(shortOf), outputRange: usualOutput };
    const routeTo = (model: Model): RoutingCriteria => {
      const promptTokens = Math.min(tokens, promptOf(model));
      return {
        task: 'simple_generation',
        role: inlineRole,
        difficulty: 0,
        localOnly,
        needsTools: false,
        needsVision: false,
        promptTokens,
        // A byte a token, and what stands around the texts.
        maxPromptTokens: promptOf(model) * 4 + 600,
      };
    };
    return rankModels({
      snapshot,
      routeTo,
      allowedNames: now['inline.models'],
      isSwitchedOff: (id) => now.models[id]?.toggle === false,
      exceedsContext: (id) => performance.now() < (overwhelmed.get(id) ?? 0),
      isEmbedding,
      formatOf,
      latencyOf: (model) => latencies.of(model.id, Math.min(tokens, promptOf(model))),
      acceptanceRateOf,
      previousFirst,
    });
  };

  /**
   * @param localOnly only models on the user's machines may read the file
   * @param tokens of the document, about
   */
  const choices = (localOnly: boolean, tokens: number): ModelRanking => {
    const size = sizes.findIndex((most) => tokens <= most);
    const key = `${localOnly} ${size}`;
    const now = performance.now();
    const known = held.get(key);
    if (known && known.of === settings() && now - known.atMs <= rankingTtlMs) return known.choices;
    const made = decide(localOnly, tokens, firsts.get(key));
    const [first] = made.ranked;
    if (first) firsts.set(key, first.model.id);
    held.set(key, { of: settings(), atMs: now, choices: made });
    return made;
  };

  const usdPerThousand = (model: Model): number | null => {
    if (isFreeModel(model)) return 0;
    const counts = countsOf(model.id);
    if (counts && counts.offered >= minOffers && counts.unknownPrice === 0)
      return (counts.costUsd / counts.offered) * 1_000;
    const usual = costOf({ ...noUsage, input: promptOf(model), output: usualOutput.typical }, model.price);
    return usual === null ? null : usual * 1_000;
  };

  const candidateOf = ({ model, isAllowed, isUsable, reason }: Eligibility): InlineCandidate => {
    const mode = formatOf(model);
    return {
      model: model.id,
      source: model.source,
      allowed: isAllowed,
      usable: isUsable,
      ...(reason === undefined ? {} : { reason }),
      ...(mode === undefined ? {} : { mode }),
      usualMs: latencies.of(model.id, promptOf(model))?.usualMs ?? null,
      usdPerThousand: usdPerThousand(model),
    };
  };

  return {
    choices,
    /** Every model, those that would be asked first; and those that are named and nobody lists. */
    candidates(): readonly InlineCandidate[] {
      const { ranked, eligibility } = choices(false, Number.POSITIVE_INFINITY);
      const order = new Map(ranked.map(({ model }, place) => [model.id, place]));
      const placeOf = ({ id }: Model) => order.get(id) ?? order.size;
      const known = new Set<string>(eligibility.map(({ model }) => model.id));
      const missing = settings()['inline.models'].filter((name) => !name.endsWith('/*') && !known.has(name));
      return [
        ...eligibility.toSorted((one, other) => placeOf(one.model) - placeOf(other.model)).map(candidateOf),
        ...missing.map((name) => unknown(name, providers.get(providerOf(name))?.config.source)),
      ];
    },
    /** Something has happened that may let others write. */
    forget: (): void => held.clear(),
    /** This model has failed. */
    failed(id: ModelId, kind: ErrorKind): void {
      if (kind === 'context-too-long') overwhelmed.set(id, performance.now() + tooLongCooldownMs);
      held.clear();
    },
  };
}

/** With the limits that hold for ghost text: what it could cost at worst is little. */
const shortOf = (model: Model): Model => ({
  ...model,
  maxOutputTokens: Math.min(model.maxOutputTokens ?? Number.POSITIVE_INFINITY, maxCompletionTokens.block),
});

/** Tokens that the model is shown at most. */
function promptOf({ contextTokens, source }: Model): number {
  const room = tokenBudgetsFor({
    contextTokens,
    outputTokens: maxCompletionTokens.block,
    private: source === 'local',
  });
  return room.prefix + room.suffix + room.context;
}

const unknown = (name: string, source: Model['source'] = 'api'): InlineCandidate => ({
  model: modelId(providerOf(name), name.slice(providerOf(name).length + 1)),
  source,
  allowed: true,
  usable: false,
  reason: 'No provider lists it.',
  usualMs: null,
  usdPerThousand: source === 'local' ? 0 : null,
});
