/** Rule 3, Order: how each strategy ranks the remaining models. */
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

/** The strategy that applies: the role's, else the task type's, else the general one; `auto` is resolved by task type. */
export function strategyFor(route: RoutingCriteria, snapshot: RoutingSnapshot): FixedStrategy {
  const own = route.role === undefined ? undefined : snapshot.roles[route.role]?.strategy;
  const chosen = own ?? snapshot.taskTypes[route.task]?.strategy ?? snapshot.strategy;
  return chosen === 'auto' ? automatic[route.task] : chosen;
}

/** The models that the role, else the task type, lists to try first. */
function listedModels(
  { role, task }: RoutingCriteria,
  { roles, taskTypes }: RoutingSnapshot,
): readonly string[] {
  return (role === undefined ? undefined : roles[role]?.models) ?? taskTypes[task]?.models ?? [];
}

/** A smaller value comes first; none is negative. `why` is the reason that is shown. */
type Rank = { readonly value: number; readonly why: string };

const money = (usd: number) => `$${usd < 0.01 ? usd.toFixed(5) : usd.toFixed(3)}`;

const rankers: Readonly<
  Record<FixedStrategy, (model: Model, route: RoutingCriteria, snapshot: RoutingSnapshot) => Rank>
> = {
  priority: (model, _route, { priorityOrder }) => {
    const value = priorityOf(model, priorityOrder);
    const position = value < priorityOrder.length ? `number ${value + 1} in` : 'not listed in';
    return { value, why: `Strategy priority: ${model.provider} is ${position} the priority order.` };
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
    const warm = snapshot.warmPrefix?.model === model.id ? ' It has this conversation cached.' : '';
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
      why: `Strategy performance: ${first}, then ${Math.round(tokensPerSecond)} tokens per second.`,
    };
  },
  quality: (model, route) => {
    const wanted = wantedTier(route);
    const tier = tierOrDefault(model);
    // Too small is worse than too large: a weak answer costs the user more than an expensive one.
    const value = tier >= wanted ? tier - wanted : tooWeakPenalty + wanted - tier;
    const tierText = model.tier === null ? `unknown, assumed ${unknownTier}` : `${tier}`;
    return { value, why: `Strategy quality: tier ${tierText}, and this request needs ${wanted}.` };
  },
};

/** Milliseconds until the model can start. */
const loadMs = ({ id }: Model, { coldStartMs }: RoutingSnapshot): number => coldStartMs.get(id) ?? 0;
/** Milliseconds of loading that count like a tier that is one off. */
const loadWorthOneTier = 10_000;

const unknownTier = 2;
/** More than any tier that is too large. */
const tooWeakPenalty = 10;
/** 1 (small) – 5 (frontier); an unknown tier counts as 2. */
export const tierOrDefault = ({ tier }: Model): number => tier ?? unknownTier;

/** The tier that a request needs: planning and architecture start higher than a snippet. */
export function wantedTier({ task, difficulty }: RoutingCriteria): number {
  const base = task === 'simple_generation' || task === 'general' ? 1 : task === 'verification' ? 2 : 3;
  return Math.min(5, base + Math.round(difficulty * 2));
}

/** Index in the order; `local` stands for every local model, and a provider's own name takes precedence. */
function priorityOf(model: Model, order: readonly string[]): number {
  const own = order.indexOf(model.provider);
  const local = model.source === 'local' ? order.indexOf('local') : -1;
  if (own < 0) return local < 0 ? order.length : local;
  return local < 0 ? own : Math.min(own, local);
}

/** How well it suits the work, 0 is best: local models by recommendation, others by tier. */
function fitOf(model: Model, route: RoutingCriteria, snapshot: RoutingSnapshot): number {
  const recommended = snapshot.recommendedLocal.indexOf(model.id);
  const fit = rankers.quality(model, route, snapshot).value;
  return recommended < 0 ? fit : recommended + (fit < tooWeakPenalty ? 0 : tooWeakPenalty);
}

export type OrderedModel = { readonly model: Model; readonly why: string };

/**
 * Best first. Ties are decided by priority order, then by fit to the work and loading time, then by the fewest requests
 * in flight at the provider, so that equal models share the load; then by the order of the snapshot.
 */
export function orderModels(
  models: readonly Model[],
  route: RoutingCriteria,
  snapshot: RoutingSnapshot,
  strategy: FixedStrategy,
): OrderedModel[] {
  const first = listedModels(route, snapshot);
  return models
    .map((model) => {
      const position = first.indexOf(model.id);
      const isListed = position >= 0;
      const ranked = isListed
        ? {
            value: position - first.length - 1,
            why: `It is number ${position + 1} of the models to try first.`,
          }
        : rankers[strategy](model, route, snapshot);
      const load = loadMs(model, snapshot);
      const fit = fitOf(model, route, snapshot) + load / loadWorthOneTier;
      const weak = !isListed && tierOrDefault(model) < (route.minTier ?? 0);
      const value = ranked.value;
      const why = [
        ranked.why,
        ...(weak ? ['You wanted a stronger model for prompts like this.'] : []),
        ...(load > 0 ? [`Loading it takes about ${Math.ceil(load / 1000)} s.`] : []),
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

/** The difference of two infinities would be NaN. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
