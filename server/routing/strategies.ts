/** Rule 3, Order: how each strategy ranks the models that are left. */
import type { Model } from '../../shared/models.ts';
import type { Strategy, TaskType } from '../../shared/tasks.ts';
import { expectedOutput, predictCost } from './price.ts';
import type { RoutingCriteria, RoutingSnapshot } from './snapshot.ts';

export type FixedStrategy = Exclude<Strategy, 'auto'>;

const automatic: Readonly<Record<TaskType, FixedStrategy>> = {
  simple_generation: 'cost',
  verification: 'cost',
  planning: 'quality',
  architecture: 'quality',
  complex_generation: 'quality',
  general: 'priority',
};

/** The strategy that holds: the role's own, else the task type's, else the general one; `auto` is resolved by task type. */
export function strategyFor(route: RoutingCriteria, snapshot: RoutingSnapshot): FixedStrategy {
  const own = route.role === undefined ? undefined : snapshot.roles[route.role]?.strategy;
  const chosen = own ?? snapshot.taskTypes[route.task]?.strategy ?? snapshot.strategy;
  return chosen === 'auto' ? automatic[route.task] : chosen;
}

/** The models that the role, else the task type, wants asked first. */
function firstModels(
  { role, task }: RoutingCriteria,
  { roles, taskTypes }: RoutingSnapshot,
): readonly string[] {
  return (role === undefined ? undefined : roles[role]?.models) ?? taskTypes[task]?.models ?? [];
}

/** A smaller number is asked earlier; none is negative. `why` is the reason shown for it. */
type Rank = { readonly value: number; readonly why: string };

const money = (usd: number) => `$${usd < 0.01 ? usd.toFixed(5) : usd.toFixed(3)}`;

const rankers: Readonly<
  Record<FixedStrategy, (model: Model, route: RoutingCriteria, snapshot: RoutingSnapshot) => Rank>
> = {
  priority: (model, _route, { priorityOrder }) => {
    const value = priorityOf(model, priorityOrder);
    const place = value < priorityOrder.length ? `place ${value + 1} of` : 'not listed in';
    return { value, why: `Strategy priority: ${model.provider} is ${place} the priority order.` };
  },
  cost: (model, route, snapshot) => {
    if (model.source === 'local')
      return { value: 0, why: 'Strategy cost: it runs locally and costs nothing.' };
    const cost = predictCost(route, model, snapshot);
    if (!cost)
      return {
        value: Number.POSITIVE_INFINITY,
        why: 'Strategy cost: its price is unknown, so it comes last.',
      };
    const warm = snapshot.warmPrefix?.model === model.id ? ' It has read this conversation already.' : '';
    return {
      value: (cost.low + cost.high) / 2,
      why: `Strategy cost: ${money(cost.low)} to ${money(cost.high)} predicted.${warm}`,
    };
  },
  performance: (model, route, snapshot) => {
    const speed = snapshot.speeds.get(model.id);
    if (!speed) return { value: Number.POSITIVE_INFINITY, why: 'Strategy performance: not measured yet.' };
    const { tokensPerSecond } = speed;
    const firstTokenMs = speed.firstTokenMs + loadMs(model, snapshot);
    const first = `first token after ${Math.round(firstTokenMs)} ms`;
    if (tokensPerSecond === null) return { value: firstTokenMs, why: `Strategy performance: ${first}.` };
    const streamMs = (expectedOutput(route.task, snapshot).typical * 1000) / tokensPerSecond;
    return {
      value: firstTokenMs + streamMs,
      why: `Strategy performance: ${first}, then ${Math.round(tokensPerSecond)} tokens a second.`,
    };
  },
  quality: (model, route) => {
    const wanted = wantedTier(route);
    const tier = tierOrDefault(model);
    // Too small is worse than too large: a weak answer costs the user more than a dear one.
    const value = tier >= wanted ? tier - wanted : tooWeak + wanted - tier;
    const known = model.tier === null ? `unknown, taken as ${unknownTier}` : `${tier}`;
    return { value, why: `Strategy quality: tier ${known}, and this request asks for ${wanted}.` };
  },
};

/** Milliseconds before it can begin. */
const loadMs = ({ id }: Model, { coldStartMs }: RoutingSnapshot): number => coldStartMs.get(id) ?? 0;
/** Milliseconds of loading that are as bad as a tier that is one off. */
const loadWorthOneTier = 10_000;

const unknownTier = 2;
/** Farther off than any tier that is too large. */
const tooWeak = 10;
/** 1 (small) – 5 (frontier); what is not known is taken as small. */
export const tierOrDefault = ({ tier }: Model): number => tier ?? unknownTier;

/** The tier a request asks for: planning and architecture start higher than a snippet. */
export function wantedTier({ task, difficulty }: RoutingCriteria): number {
  const base = task === 'simple_generation' || task === 'general' ? 1 : task === 'verification' ? 2 : 3;
  return Math.min(5, base + Math.round(difficulty * 2));
}

/** Index in the order; `local` stands for every local model, and a provider's own name wins over it. */
function priorityOf(model: Model, order: readonly string[]): number {
  const own = order.indexOf(model.provider);
  const local = model.source === 'local' ? order.indexOf('local') : -1;
  const places = [own, local].filter((place) => place >= 0);
  return places.length > 0 ? Math.min(...places) : order.length;
}

/** How well it suits the work, 0 the best: local models as they are known for it, others by their tier. */
function fitOf(model: Model, route: RoutingCriteria, snapshot: RoutingSnapshot): number {
  const favourite = snapshot.recommendedLocal.indexOf(model.id);
  const fit = rankers.quality(model, route, snapshot).value;
  return favourite < 0 ? fit : favourite + (fit < tooWeak ? 0 : tooWeak);
}

export type OrderedModel = { readonly model: Model; readonly why: string };

/**
 * Best first. Ties go by priority order, then by fit to the work and how long loading takes, then to the provider with fewer answers under
 * way, so that equals share the load; then as the snapshot lists them.
 */
export function orderModels(
  models: readonly Model[],
  route: RoutingCriteria,
  snapshot: RoutingSnapshot,
  strategy: FixedStrategy,
): OrderedModel[] {
  const first = firstModels(route, snapshot);
  return models
    .map((model) => {
      const place = first.indexOf(model.id);
      const listed = place >= 0;
      const ranked = listed
        ? { value: place - first.length - 1, why: `It is place ${place + 1} of the models to ask first.` }
        : rankers[strategy](model, route, snapshot);
      const load = loadMs(model, snapshot);
      const fit = fitOf(model, route, snapshot) + load / loadWorthOneTier;
      const weak = !listed && tierOrDefault(model) < (route.minTier ?? 0);
      const value = ranked.value;
      const why = [
        ranked.why,
        ...(weak ? ['For prompts like this you wanted a stronger one.'] : []),
        ...(load > 0 ? [`It has to be loaded first, in about ${Math.ceil(load / 1000)} s.`] : []),
      ].join(' ');
      const priority = priorityOf(model, snapshot.priorityOrder);
      const busy = snapshot.inFlight.get(model.provider) ?? 0;
      return {
        model,
        why,
        weak: Number(weak),
        value,
        priority,
        busy,
        fit,
      };
    })
    .sort(
      (a, b) =>
        a.weak - b.weak ||
        compare(a.value, b.value) ||
        a.priority - b.priority ||
        a.fit - b.fit ||
        a.busy - b.busy,
    )
    .map(({ model, why }) => ({ model, why }));
}

/** Subtraction would make NaN of two infinities. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
