/** Rule 1, Filter: which models may answer this request, and the rule that excludes each other one. */

import type { Cooldown } from '../../shared/cooldowns.ts';
import { exclusionRules } from '../../shared/exclusion-rules.ts';
import { type Feature, featurePolicies } from '../../shared/features.ts';
import type { Model } from '../../shared/models.ts';
import type { Exclusion } from '../../shared/protocol.ts';
import { isFreeModel, minAnswerTokens, predictCost, promptSizeText, promptTokensOf } from './price.ts';
import type { RoutingCriteria, RoutingSnapshot } from './snapshot.ts';
import { tierOrDefault } from './strategies.ts';

export type FilterResult = { readonly remaining: readonly Model[]; readonly excluded: readonly Exclusion[] };

export function filterCandidates(route: RoutingCriteria, snapshot: RoutingSnapshot): FilterResult {
  const remaining: Model[] = [];
  const excluded: Exclusion[] = [];
  for (const model of snapshot.models) {
    const exclusion = exclude(model, route, snapshot);
    if (exclusion) excluded.push({ model: model.id, ...exclusion });
    else remaining.push(model);
  }
  if (remaining.length > 0) return withoutStandby({ remaining, excluded }, pinIdOf(route, snapshot));
  const perhaps = modelsThatMayFit(excluded, route, snapshot);
  return {
    remaining: perhaps,
    excluded: excluded.filter(({ model }) => !perhaps.some(({ id }) => id === model)),
  };
}

/** A provider on standby steps back as soon as another model can answer. A pinned model was asked for by its name. */
function withoutStandby({ remaining, excluded }: FilterResult, pin: string | undefined): FilterResult {
  const stepsBack = ({ standby, id }: Model) => standby === true && id !== pin;
  const others = remaining.filter((model) => !stepsBack(model));
  if (others.length === remaining.length || others.every(({ standby }) => standby))
    return { remaining, excluded };
  const reason = 'Its provider is on standby, and another model can answer.';
  const standby = remaining
    .filter(stepsBack)
    .map(({ id }) => ({ model: id, rule: 'standby' as const, reason }));
  return { remaining: others, excluded: [...excluded, ...standby] };
}

/**
 * Where no model is left: those whose engine may give them more context than it does by default. It rejects a prompt that
 * does not fit. None while a model that can take the prompt is only not available now.
 */
function modelsThatMayFit(
  excluded: readonly Exclusion[],
  route: RoutingCriteria,
  snapshot: RoutingSnapshot,
): readonly Model[] {
  const needed = (model: Model) => promptTokensOf(route, model, snapshot) + minAnswerTokens;
  const ofRule = (wanted: (rule: Exclusion['rule']) => boolean): readonly Model[] => {
    const ids = new Set(excluded.filter(({ rule }) => wanted(rule)).map(({ model }) => model));
    return snapshot.models.filter(({ id }) => ids.has(id));
  };
  const returns = ofRule((rule) => exclusionRules[rule].isTemporary);
  if (returns.some((model) => !model.contextAssumed && needed(model) <= (model.contextTokens ?? 0)))
    return [];
  return ofRule((rule) => rule === 'context').filter((model) =>
    mayFit(model, promptTokensOf(route, model, snapshot)),
  );
}

/** Whether its engine may give it enough context, which only loading it tells. */
const mayFit = ({ contextAssumed, trainedContextTokens }: Model, promptTokens: number): boolean =>
  contextAssumed === true &&
  promptTokens + minAnswerTokens <= (trainedContextTokens ?? Number.POSITIVE_INFINITY);

/** The pinned model: this request's, else the role's, else the task type's. `undefined`: none is pinned. */
const pinIdOf = (
  { model, role, task }: RoutingCriteria,
  { roles, taskTypes }: RoutingSnapshot,
): string | undefined =>
  model ?? (role === undefined ? undefined : roles[role]?.model) ?? taskTypes[task]?.model;

type Reason = Omit<Exclusion, 'model'>;

function isMissing(feature: Feature, { abilities, unsupportedFeatures }: Model): boolean {
  const { ability } = featurePolicies[feature];
  return (
    (ability !== undefined && abilities[ability] === false) || unsupportedFeatures?.includes(feature) === true
  );
}

/** The first rule that excludes the model: the user's settings before circumstances. */
function exclude(model: Model, route: RoutingCriteria, snapshot: RoutingSnapshot): Reason | undefined {
  if (model.locked) return { rule: 'locked', reason: 'It is locked.' };
  if (!model.toggle && route.model !== model.id) return { rule: 'toggle', reason: 'It is turned off.' };
  if (!isAllowed(model, route, snapshot))
    return { rule: 'allow', reason: 'It is not in the list of models that may answer this request.' };
  const tooWeak = whyTooWeak(model, route, snapshot);
  if (tooWeak) return { rule: 'stronger', reason: tooWeak };
  if (route.localOnly && !model.private) {
    return {
      rule: 'local-only',
      reason: 'The file is local-only, and this model does not run on the user’s machines.',
    };
  }
  if (route.freeExcept && !isFreeModel(model) && !isInList(model, route.freeExcept))
    return { rule: 'paid', reason: 'It is not free, and not in rumbo.history.summaryModels.' };
  if (route.needsTools && model.abilities.tools === false)
    return { rule: 'ability', reason: 'It cannot call tools.' };
  if (route.needsVision && model.abilities.vision === false)
    return { rule: 'ability', reason: 'It cannot read images.' };
  const missing = route.requiredFeatures?.find((feature) => isMissing(feature, model));
  if (missing) {
    const { label, ability } = featurePolicies[missing];
    return ability && model.abilities[ability] === false
      ? { rule: 'ability', reason: `It has nothing for ${label}.` }
      : { rule: 'field', reason: `Its service does not support ${label}.` };
  }
  const upload = route.uploadedTo?.find((name) => name !== model.provider && name !== model.kind);
  if (upload !== undefined)
    return {
      rule: 'field',
      reason: `A file of the request was uploaded to ${upload}, which this service cannot read.`,
    };
  const cooldown = snapshot.cooldowns.get(model.provider) ?? snapshot.modelCooldowns.get(model.id);
  if (cooldown) return reasonOfCooldown(cooldown);
  const prompt = promptTokensOf(route, model, snapshot);
  const window = snapshot.tokensLeft.get(model.id);
  if (window && prompt > window.tokens) {
    return {
      rule: 'rate-limit',
      reason: `${promptSizeText(route, model, snapshot)}, and its rate limit has ${window.tokens} left.`,
      ...untilOf(window.untilMs),
    };
  }
  if (
    model.contextTokens !== null &&
    prompt + minAnswerTokens > model.contextTokens &&
    !(mayFit(model, prompt) && pinIdOf(route, snapshot) === model.id)
  ) {
    const context = model.contextAssumed
      ? `it is not in memory: by default its engine gives it a context of ${model.contextTokens}`
      : `its context has ${model.contextTokens}`;
    return { rule: 'context', reason: `${promptSizeText(route, model, snapshot)}, and ${context}.` };
  }
  return overBudget(model, route, snapshot);
}

/** When the weak model is not available, every other model counts as stronger. */
function whyTooWeak(
  model: Model,
  { strongerThan }: RoutingCriteria,
  { models }: RoutingSnapshot,
): string | undefined {
  if (strongerThan === undefined) return;
  const weak = models.find(({ id }) => id === strongerThan);
  if (weak ? tierOrDefault(model) > tierOrDefault(weak) : model.id !== strongerThan) return;
  return model.id === strongerThan
    ? 'A stronger one was requested.'
    : `It is not stronger than ${strongerThan}.`;
}

/** The lists of the role and of the task type both apply. */
function isAllowed(
  model: Model,
  { role, task }: RoutingCriteria,
  { roles, taskTypes }: RoutingSnapshot,
): boolean {
  return (
    isInList(model, role === undefined ? undefined : roles[role]?.allow) &&
    isInList(model, taskTypes[task]?.allow)
  );
}

/** @param allow absent: every model is */
const isInList = ({ id, provider }: Model, allow: readonly string[] | undefined): boolean =>
  allow === undefined || allow.includes(id) || allow.includes(`${provider}/*`);

/** A provider without a key has the same cool-down at each request. */
const cooldownReasons = new WeakMap<Cooldown, Reason>();

function reasonOfCooldown(cooldown: Cooldown): Reason {
  const earlier = cooldownReasons.get(cooldown);
  if (earlier) return earlier;
  const { rule, reason, untilMs } = cooldown;
  const made: Reason = { rule, reason, ...untilOf(untilMs) };
  cooldownReasons.set(cooldown, made);
  return made;
}

const untilOf = (ms: number | undefined) => (ms === undefined ? {} : { until: new Date(ms).toISOString() });

function overBudget(model: Model, route: RoutingCriteria, snapshot: RoutingSnapshot): Reason | undefined {
  const { usd, name, freesAtMs } =
    snapshot.remainingBudgetByProvider.get(model.provider) ?? snapshot.remainingBudget;
  if (usd === null || isFreeModel(model)) return;
  const cost = predictCost(route, model, snapshot);
  if (!cost) return { rule: 'budget', reason: `Its price is unknown, so ${name} cannot be guaranteed.` };
  if (cost.worst <= usd) return;
  return {
    rule: 'budget',
    reason: `It could cost $${cost.worst.toFixed(4)}, and ${name} leaves $${usd.toFixed(4)}.`,
    ...untilOf(freesAtMs),
  };
}
