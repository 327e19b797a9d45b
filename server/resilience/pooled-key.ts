/** One key of a pool: its cool-downs, what is left of its rate limits, and its statistics. No network, no clock. */
import { circuitWeights, errorPolicies } from '../../shared/error-policies.ts';
import type { RumboError } from '../../shared/errors.ts';
import { isModelAllowed, type KeyOptions } from '../../shared/keys.ts';
import type { RateReading } from '../wire/rate-windows.ts';
import {
  cooldownFrom,
  isValid,
  type KeyCooldown,
  type ModelLimits,
  modelCooldown,
  type Noted,
  noteReadings,
  remainingShare,
  validWindows,
} from './key-limits.ts';
import { keyStatistics } from './key-statistics.ts';
import { ownLimits } from './own-limits.ts';

/** Two models of one key at their limits look like a limit of the account; it counts as one for so long. Milliseconds. */
const accountLimitMs = 60_000;
/** A refused key is tested by one request at a time, which has so long to succeed or fail. Milliseconds. */
const probeMs = 10_000;
/** Requests have rising sequence numbers: a request that started before a cool-down cannot end it. */
export function pooledKey(initial: KeyDescription, key: string | undefined) {
  let description = initial;
  const options = (): KeyOptions => description.options ?? noOptions;
  const models = new Map<string, ModelLimits>();
  /** For every model. */
  let cooldown: Noted<KeyCooldown> | undefined;
  let probedUntilMs = 0;
  let inFlight = 0;
  let lastSequence = 0;
  const statistics = keyStatistics();
  const own = ownLimits();
  /**
   * Why it may be used for no model. A refused key is half open after its cool-down: one request probes it and no other
   * request uses it meanwhile.
   */
  const serviceCooldown = (now: number): KeyCooldown | undefined => {
    if (!cooldown) return;
    if (isValid(cooldown, cooldown.untilMs, now)) return cooldown;
    if (cooldown.rule === 'rate-limit' || now >= probedUntilMs || probedUntilMs - now > probeMs) return;
    return { ...cooldown, untilMs: probedUntilMs };
  };

  const accountCooldown = (now: number) => serviceCooldown(now) ?? own.cooldown(options(), now);

  return {
    key,
    description: (): KeyDescription => description,
    /** The user has renamed it, or changed its limits. */
    describe(next: KeyDescription): void {
      description = next;
    },
    /** Whether the user lets it be used for this model. */
    isAllowed: (model: string): boolean => isModelAllowed(options(), model),
    accountCooldown,
    /** Why it may not be used for this model now. */
    cooldownOf: (model: string, now: number): KeyCooldown | undefined =>
      accountCooldown(now) ?? modelCooldown(models.get(model), now),
    /** The models it may not be used for although it may be used for others. */
    modelsCoolingDown: (now: number): readonly string[] =>
      namesWhere(models, (limits) => modelCooldown(limits, now) !== undefined),
    /** The models that the service has reported a rate limit for; it may be over. */
    modelsWithWindows: (): readonly string[] => namesWhere(models, ({ windows }) => windows.size > 0),

    /** How good a choice it is; more is better, 1 is a fresh key. Falls with use, requests in flight, recent failures and slow responses. */
    weight(model: string | undefined, now: number): number {
      const limits = model === undefined ? undefined : models.get(model);
      return (remainingShare(limits, now) * statistics.weight(now)) / (1 + inFlight);
    },
    /** The sequence number of its last request; 0: never used. */
    lastSequence: (): number => lastSequence,

    begin(model: string | undefined, sequence: number, now: number): void {
      inFlight += 1;
      lastSequence = sequence;
      if (model !== undefined) own.addRequest(options(), now);
      statistics.onStart(sequence, now);
      if (cooldown && !serviceCooldown(now) && cooldown.rule !== 'rate-limit') probedUntilMs = now + probeMs;
      if (model !== undefined) limitsOf(models, model).inFlight.add(sequence);
    },

    /** Readings from the response to this request. */
    reportLimits(model: string, sequence: number, readings: readonly RateReading[], now: number): void {
      noteReadings(limitsOf(models, model), readings, { atMs: now, sequence });
    },
    /** The head of a response has arrived. */
    responded: statistics.onResponse,
    /** What an answer has used, input and output. */
    addTokens(amount: number, now: number): void {
      statistics.addTokens(amount);
      own.addTokens(options(), amount, now);
    },

    /** The request is over. */
    end(model: string | undefined, sequence: number): void {
      inFlight -= 1;
      statistics.onEnd(sequence);
      if (model === undefined) return;
      const limits = models.get(model);
      limits?.inFlight.delete(sequence);
      if (limits && !limits.cooldown && limits.windows.size === 0 && limits.inFlight.size === 0)
        models.delete(model);
    },

    /**
     * The request succeeded. A list of models proves the key, but neither credit nor limits. Returns whether a cool-down
     * ended.
     */
    succeeded(model: string | undefined, sequence: number): boolean {
      let changed = false;
      if (cooldown && cooldown.sequence < sequence && (model !== undefined || cooldown.rule === 'key')) {
        cooldown = undefined;
        changed = true;
      }
      const limits = model === undefined ? undefined : models.get(model);
      if (limits?.cooldown && limits.cooldown.sequence < sequence) {
        delete limits.cooldown;
        changed = true;
      }
      probedUntilMs = 0;
      return changed;
    },

    /**
     * The service refused the request, or failed. Returns whether a cool-down began.
     * @param sequence of the last request that has started by now
     * @param isOnlyKey then a missing model says nothing about the key
     */
    failed(
      model: string | undefined,
      sequence: number,
      error: RumboError,
      now: number,
      isOnlyKey = true,
    ): boolean {
      const isOther = isOnlyKey && error.kind === 'model-not-found';
      const next = isOther ? undefined : cooldownFrom(error, { atMs: now, sequence });
      const weights = circuitWeights(error.data);
      if (next || weights.provider + weights.model > 0) {
        statistics.onFailure(now);
      }
      probedUntilMs = 0;
      if (!next) return false;
      if (blocksAllModels(error, model)) {
        cooldown = next;
        return true;
      }
      // A list of models has a limit of its own, which says nothing about answers.
      if (model === undefined) return false;
      const others = namesWhere(
        models,
        ({ cooldown: each }) => each !== undefined && isValid(each, each.untilMs, now),
      ).filter((name) => name !== model);
      limitsOf(models, model).cooldown = next;
      // Access to one model says nothing about the others.
      if (error.data.behindGateway || next.rule === 'key') return true;
      if (others.length > 0 && cooldown?.rule !== 'key' && cooldown?.rule !== 'payment')
        cooldown = { ...next, untilMs: Math.min(next.untilMs, now + accountLimitMs), estimated: true };
      return true;
    },

    /** What is left of its rate limits, by model. */
    windows: (now: number) => windowsByModel(models, now),
    statistics: statistics.read,
  };
}

export type PooledKey = ReturnType<typeof pooledKey>;

function limitsOf(models: Map<string, ModelLimits>, model: string): ModelLimits {
  const limits = models.get(model) ?? { windows: new Map(), inFlight: new Set() };
  models.set(model, limits);
  return limits;
}

const windowsByModel = (models: ReadonlyMap<string, ModelLimits>, now: number) =>
  [...models].flatMap(([model, limits]) =>
    validWindows(limits, now).map((reading) => ({ ...reading, model })),
  );

const blocksAllModels = ({ kind, data }: RumboError, model: string | undefined): boolean =>
  errorPolicies[kind].keyCooldown?.blocks === 'all-models' &&
  !data.behindGateway &&
  !(data.modelOnly && model !== undefined);

/** What is known of a key besides the key. */
export type KeyDescription = {
  readonly name: string;
  readonly slot?: string | undefined;
  readonly options?: KeyOptions | undefined;
};
const noOptions: KeyOptions = {};

const noNames: readonly string[] = [];

function namesWhere(
  models: ReadonlyMap<string, ModelLimits>,
  matches: (limits: ModelLimits) => boolean,
): readonly string[] {
  if (models.size === 0) return noNames;
  const names: string[] = [];
  for (const [model, limits] of models) if (matches(limits)) names.push(model);
  return names;
}
