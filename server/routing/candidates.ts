/** Rule 1, Filter: which models may answer this request, and for each other one the rule that takes it out. */
import type { Model } from '../../shared/models.ts';
import type { Exclusion } from '../../shared/protocol.ts';
import { predictCost, promptSizeText, promptTokensOf } from './price.ts';
import type { RoutingCriteria, RoutingSnapshot } from './snapshot.ts';
import { tierOrDefault } from './strategies.ts';

/** Tokens an answer needs at the very least; a prompt that leaves less room does not fit. */
const leastAnswerTokens = 256;

export type FilterResult = { readonly remaining: readonly Model[]; readonly excluded: readonly Exclusion[] };

export function filterCandidates(route: RoutingCriteria, snapshot: RoutingSnapshot): FilterResult {
  const remaining: Model[] = [];
  const excluded: Exclusion[] = [];
  for (const model of snapshot.models) {
    const exclusion = exclude(model, route, snapshot);
    if (exclusion) excluded.push({ model: model.id, ...exclusion });
    else remaining.push(model);
  }
  return { remaining, excluded };
}

type Reason = Omit<Exclusion, 'model'>;

/** The first rule that takes the model out, the user's own word before circumstances. */
function exclude(model: Model, route: RoutingCriteria, snapshot: RoutingSnapshot): Reason | undefined {
  if (model.locked) return { rule: 'locked', reason: 'It is locked.' };
  if (!model.toggle && route.model !== model.id) return { rule: 'toggle', reason: 'It is switched off.' };
  if (!isAllowed(model, route, snapshot))
    return { rule: 'allow', reason: 'It is not among the models that may answer this.' };
  const tooWeak = whyTooWeak(model, route, snapshot);
  if (tooWeak) return { rule: 'stronger', reason: tooWeak };
  if (route.localOnly && !model.private) {
    return {
      rule: 'local-only',
      reason: 'The file is local-only, and this model is not on the user’s machines.',
    };
  }
  if (route.needsTools && model.abilities.tools === false)
    return { rule: 'ability', reason: 'It cannot call tools.' };
  if (route.needsVision && model.abilities.vision === false)
    return { rule: 'ability', reason: 'It cannot see pictures.' };
  const field = model.unsupportedFields?.find((each) => route.requiredFields?.includes(each));
  if (field) return { rule: 'field', reason: `Its service does not support ${field}.` };
  const cooldown = snapshot.cooldowns.get(model.provider) ?? snapshot.modelCooldowns.get(model.id);
  if (cooldown) return { rule: cooldown.rule, reason: cooldown.reason, ...untilOf(cooldown.untilMs) };
  const prompt = promptTokensOf(route, model, snapshot);
  const room = snapshot.tokensLeft.get(model.id);
  if (room && prompt > room.tokens) {
    return {
      rule: 'rate-limit',
      reason: `${promptSizeText(route, model, snapshot)}, and its rate limit has ${room.tokens} left.`,
      ...untilOf(room.untilMs),
    };
  }
  if (model.contextTokens !== null && prompt + leastAnswerTokens > model.contextTokens) {
    return {
      rule: 'context',
      reason: `${promptSizeText(route, model, snapshot)}, and its context holds ${model.contextTokens}.`,
    };
  }
  return overBudget(model, route, snapshot);
}

/** A stronger model than one that is not there is any other. */
function whyTooWeak(
  model: Model,
  { strongerThan }: RoutingCriteria,
  { models }: RoutingSnapshot,
): string | undefined {
  const weak = models.find(({ id }) => id === strongerThan);
  if (
    strongerThan === undefined ||
    (weak ? tierOrDefault(model) > tierOrDefault(weak) : model.id !== strongerThan)
  )
    return;
  return model.id === strongerThan ? 'A stronger one is wanted.' : `It is not stronger than ${strongerThan}.`;
}

/** The lists of the role and of the task type both hold. */
function isAllowed(
  { id, provider }: Model,
  { role, task }: RoutingCriteria,
  { roles, taskTypes }: RoutingSnapshot,
): boolean {
  const lists = [role === undefined ? undefined : roles[role]?.allow, taskTypes[task]?.allow];
  return lists.every((allow) => allow === undefined || allow.includes(id) || allow.includes(`${provider}/*`));
}

const untilOf = (ms: number | undefined) => (ms === undefined ? {} : { until: new Date(ms).toISOString() });

function overBudget(model: Model, route: RoutingCriteria, snapshot: RoutingSnapshot): Reason | undefined {
  const { usd, name, freesAtMs } =
    snapshot.remainingBudgetByProvider.get(model.provider) ?? snapshot.remainingBudget;
  if (usd === null || model.source === 'local') return;
  const cost = predictCost(route, model, snapshot);
  if (!cost) return { rule: 'budget', reason: `Its price is unknown, so ${name} cannot be kept.` };
  if (cost.worst <= usd) return;
  return {
    rule: 'budget',
    reason: `It could cost $${cost.worst.toFixed(4)}, and ${name} leaves $${usd.toFixed(4)}.`,
    ...untilOf(freesAtMs),
  };
}
