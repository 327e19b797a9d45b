/** Ranks the candidate models of a request, with reasons; load_balancer_rules.md describes the rules. Pure. */
import { type ModelId, providerOf } from '../../shared/chat.ts';
import type { Model } from '../../shared/models.ts';
import type { Exclusion } from '../../shared/protocol.ts';
import { filterCandidates } from './filter-candidates.ts';
import { formatTime } from './format-time.ts';
import { type CostPrediction, predictCost, promptTokensOf } from './price.ts';
import type { RoutingCriteria, RoutingSnapshot } from './snapshot.ts';
import { type FixedStrategy, orderModels, strategyFor } from './strategies.ts';

export type RankedCandidate = {
  readonly model: Model;
  readonly reasons: readonly string[];
  readonly costUsd: CostPrediction | null;
  /** Tokens of the prompt as this model is expected to count them. */
  readonly promptTokens: number;
};

export type Decision = {
  readonly strategy: FixedStrategy;
  /** Best first. */
  readonly candidates: readonly RankedCandidate[];
  readonly excluded: readonly Exclusion[];
  /** The pinned model, whether it can run or not. Absent: no model is pinned. */
  readonly pin?: string;
  /** The pinned model that cannot run, and why. Absent: no model is pinned, or it can run. */
  readonly unavailablePin?: Exclusion;
};

export function balance(route: RoutingCriteria, snapshot: RoutingSnapshot): Decision {
  const { remaining, excluded } = filterCandidates(route, snapshot);
  const strategy = strategyFor(route, snapshot);
  const pin = pinOf(route, snapshot);

  const lock = safetyLock(remaining, excluded, snapshot);
  const ranked = orderModels(remaining, route, snapshot, strategy).map(({ model, why }) => {
    const reasons = [why];
    if (pin?.model === model.id) reasons.unshift(pin.why);
    if (lock && model.source === 'local') reasons.push(lock);
    return {
      model,
      reasons,
      costUsd: predictCost(route, model, snapshot),
      promptTokens: promptTokensOf(route, model, snapshot),
    };
  });
  // A stable sort: the pinned model first, the others in their order.
  const candidates = pin
    ? ranked.sort((a, b) => Number(b.model.id === pin.model) - Number(a.model.id === pin.model))
    : ranked;

  const lost =
    pin && !remaining.some(({ id }) => id === pin.model)
      ? unavailablePinOf(pin.model, excluded, snapshot)
      : undefined;
  return {
    strategy,
    candidates,
    excluded,
    ...(pin ? { pin: pin.model } : {}),
    ...(lost ? { unavailablePin: lost } : {}),
  };
}

/** Rule 2: this request's pin, else the role's, else the task type's. */
function pinOf(
  route: RoutingCriteria,
  { roles, taskTypes }: RoutingSnapshot,
): { model: string; why: string } | undefined {
  if (route.model !== undefined) return { model: route.model, why: 'Pinned by this request.' };
  // A request for a stronger model excludes the model that is pinned for its role or task type.
  if (route.strongerThan !== undefined) return;
  const ofRole = route.role === undefined ? undefined : roles[route.role]?.model;
  if (ofRole !== undefined) return { model: ofRole, why: `Pinned for the role ${route.role}.` };
  const ofTask = taskTypes[route.task]?.model;
  if (ofTask !== undefined) return { model: ofTask, why: `Pinned for the task type ${route.task}.` };
  return;
}

function unavailablePinOf(
  pin: string,
  excluded: readonly Exclusion[],
  { cooldowns, models }: RoutingSnapshot,
): Exclusion {
  const model = pin as ModelId;
  const exclusion = excluded.find((each) => each.model === model);
  if (exclusion) return exclusion;
  // A provider whose models could not be listed may have this one.
  const provider = providerOf(pin);
  const cooldown = cooldowns.get(provider);
  const isUnlisted = cooldown?.rule === 'no-key' || !models.some((each) => each.provider === provider);
  return cooldown && isUnlisted
    ? { model, rule: cooldown.rule, reason: cooldown.reason }
    : { model, rule: 'unknown', reason: 'No provider lists it.' };
}

const isCloudModel = ({ source }: Model): boolean => source === 'api';
const isAtRateLimit = ({ rule }: Exclusion): boolean => rule === 'rate-limit';

/** Rule 4: rate limits exclude every cloud model that could have served, and a local one can. */
function safetyLock(
  remaining: readonly Model[],
  excluded: readonly Exclusion[],
  { models }: RoutingSnapshot,
): string | undefined {
  if (remaining.length === 0 || remaining.some(isCloudModel)) return;
  if (!excluded.some(isAtRateLimit)) return;
  const cloud = new Set(models.filter(isCloudModel).map(({ id }) => id));
  const limited = excluded.filter((each) => isAtRateLimit(each) && cloud.has(each.model));
  if (limited.length === 0) return;
  const until = limited.map((exclusion) => exclusion.until ?? '').sort()[0];
  const providers = [...new Set(limited.map(({ model }) => providerOf(model)))];
  return `Safety lock: ${providers.join(', ')} ${providers.length > 1 ? 'are' : 'is'} at the rate limit${until ? ` until ${formatTime(until)}` : ''}, so a local model serves until then.`;
}
