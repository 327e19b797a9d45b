/** One key of a pool: its cool-downs, what is left of its rate limits, and its statistics. No network, no clock. */
import type { KeyCooldownRule, TimedCooldown } from '../../shared/cooldowns.ts';
import { circuitWeights, errorPolicies } from '../../shared/error-kinds.ts';
import type { RumboError } from '../../shared/errors.ts';
import type { RateReading } from '../wire/rate-windows.ts';

export type KeyCooldown = TimedCooldown<KeyCooldownRule>;

/** A refused request is never repeated with the same key sooner, whatever the service says. Milliseconds. */
const minCooldownMs = 250;
/** No rate limit is longer than a month; a reset after more than that is a mistake. Milliseconds. */
const maxCooldownMs = 31 * 86_400_000;
/** Two models of one key at their limits look like a limit of the account; it counts as one for so long. Milliseconds. */
const accountLimitMs = 60_000;
/** A refused key is tested by one request at a time, which has so long to succeed or fail. Milliseconds. */
const probeMs = 10_000;
/** A clock that is set back further than this invalidates whatever was noted before. Milliseconds. */
const clockSlackMs = 60_000;
/** Half of the weight of past failures is gone after this. Milliseconds. */
const failureHalfLifeMs = 60_000;
/** Timers fire up to a millisecond early; a request that waited until the reset must not be sent back for that. */
const earlyMs = 5;

/** A cool-down or reading with the time it was noted, and the last request that had started by then. */
type Noted<What> = What & { readonly atMs: number; readonly sequence: number };

/** The state of the key for one model. */
type ModelState = {
  cooldown?: Noted<KeyCooldown>;
  readonly windows: Map<string, Noted<RateReading>>;
  /** Sequence numbers of the requests in flight. */
  readonly inFlight: Set<number>;
};

/** Requests have rising sequence numbers: a request that started before a cool-down cannot end it. */
export function pooledKey(name: string, key: string | undefined) {
  const models = new Map<string, ModelState>();
  /** For every model. */
  let cooldown: Noted<KeyCooldown> | undefined;
  let probedUntilMs = 0;
  let inFlight = 0;
  let lastSequence = 0;
  let requests = 0;
  let failures = 0;
  let recent = { failures: 0, atMs: 0 };

  const stateOf = (model: string): ModelState => {
    const state = models.get(model) ?? { windows: new Map(), inFlight: new Set() };
    models.set(model, state);
    return state;
  };

  /**
   * Why it may be used for no model. A refused key is half open after its cool-down: one request probes it and no other
   * request uses it meanwhile.
   */
  const accountCooldown = (now: number): KeyCooldown | undefined => {
    if (!cooldown) return;
    if (isValid(cooldown, cooldown.untilMs, now)) return cooldown;
    if (cooldown.rule === 'rate-limit' || now >= probedUntilMs || probedUntilMs - now > probeMs) return;
    return { ...cooldown, untilMs: probedUntilMs };
  };

  const validWindows = (state: ModelState | undefined, now: number): Noted<RateReading>[] =>
    [...(state?.windows.values() ?? [])].filter((reading) => isValid(reading, reading.resetsAtMs, now));

  /** What is left after the requests that started since the reading. */
  const remainingOf = (state: ModelState, { unit, remaining, sequence }: Noted<RateReading>): number =>
    unit === 'requests'
      ? remaining - [...state.inFlight].filter((each) => each > sequence).length
      : remaining;

  const windowCooldown = (state: ModelState | undefined, now: number): KeyCooldown | undefined => {
    if (!state || state.windows.size === 0) return;
    const empty = validWindows(state, now).filter((reading) => remainingOf(state, reading) <= 0);
    const last = empty.sort((one, other) => other.resetsAtMs - one.resetsAtMs)[0];
    if (!last) return;
    return {
      rule: 'rate-limit',
      reason: `No ${last.unit} are left of its rate limit.`,
      untilMs: last.resetsAtMs,
      estimated: last.remaining > 0,
    };
  };

  const modelCooldown = (model: string, now: number): KeyCooldown | undefined => {
    const state = models.get(model);
    const noted =
      state?.cooldown && isValid(state.cooldown, state.cooldown.untilMs, now) ? state.cooldown : undefined;
    return later(noted, windowCooldown(state, now));
  };

  const recentFailures = (now: number): number =>
    recent.failures * 0.5 ** (Math.max(0, now - recent.atMs) / failureHalfLifeMs);

  return {
    name,
    key,
    accountCooldown,
    /** Why it may not be used for this model now. */
    cooldownOf: (model: string, now: number): KeyCooldown | undefined =>
      accountCooldown(now) ?? modelCooldown(model, now),
    /** The models it may not be used for although it may be used for others. */
    modelsCoolingDown(now: number): readonly string[] {
      if (models.size === 0) return noNames;
      const names: string[] = [];
      for (const model of models.keys()) if (modelCooldown(model, now)) names.push(model);
      return names;
    },
    /** The models that the service has reported a rate limit for; it may be over. */
    modelsWithWindows(): readonly string[] {
      if (models.size === 0) return noNames;
      const names: string[] = [];
      for (const [model, { windows }] of models) if (windows.size > 0) names.push(model);
      return names;
    },

    /** How good a choice it is; more is better, 1 is a fresh key. Falls with use, requests in flight and recent failures. */
    weight(model: string | undefined, now: number): number {
      const state = model === undefined ? undefined : models.get(model);
      const shares = validWindows(state, now).map((reading) =>
        state && reading.limit ? Math.min(1, Math.max(0, remainingOf(state, reading)) / reading.limit) : 1,
      );
      return Math.min(1, ...shares) / (1 + inFlight) / (1 + recentFailures(now));
    },
    /** The sequence number of its last request; 0: never used. */
    lastSequence: (): number => lastSequence,

    begin(model: string | undefined, sequence: number, now: number): void {
      inFlight += 1;
      requests += 1;
      lastSequence = sequence;
      if (cooldown && !accountCooldown(now) && cooldown.rule !== 'rate-limit') probedUntilMs = now + probeMs;
      if (model !== undefined) stateOf(model).inFlight.add(sequence);
    },

    /** Readings from the response to this request. A reset after more than a month is a mistake. */
    reportLimits(model: string, sequence: number, readings: readonly RateReading[], now: number): void {
      const { windows } = stateOf(model);
      for (const [unit, reading] of windows)
        if (!isValid(reading, reading.resetsAtMs, now)) windows.delete(unit);
      for (const reading of readings)
        if (reading.resetsAtMs - now < maxCooldownMs)
          windows.set(reading.unit, { ...reading, atMs: now, sequence });
    },

    /** The request is over. */
    end(model: string | undefined, sequence: number): void {
      inFlight -= 1;
      if (model === undefined) return;
      const state = models.get(model);
      state?.inFlight.delete(sequence);
      if (state && !state.cooldown && state.windows.size === 0 && state.inFlight.size === 0)
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
      const state = model === undefined ? undefined : models.get(model);
      if (state?.cooldown && state.cooldown.sequence < sequence) {
        delete state.cooldown;
        changed = true;
      }
      probedUntilMs = 0;
      return changed;
    },

    /**
     * The service refused the request, or failed. Returns whether a cool-down began.
     * @param sequence of the last request that has started by now
     */
    failed(
      model: string | undefined,
      sequence: number,
      { data, kind, message }: RumboError,
      now: number,
    ): boolean {
      const { keyCooldown } = errorPolicies[kind];
      const { provider, model: ofModel } = circuitWeights(kind, data.status !== undefined);
      if (keyCooldown || provider + ofModel > 0) {
        failures += 1;
        recent = { failures: recentFailures(now) + 1, atMs: now };
      }
      probedUntilMs = 0;
      if (!keyCooldown) return false;
      const { rule, blocks } = keyCooldown;
      const named =
        data.retryAfterMs !== undefined && data.retryAfterMs < maxCooldownMs ? data.retryAfterMs : undefined;
      const next: Noted<KeyCooldown> = {
        rule,
        reason: message,
        untilMs: now + Math.max(named ?? keyCooldown.ms, minCooldownMs),
        estimated: rule === 'rate-limit' && (named === undefined || named < minCooldownMs),
        atMs: now,
        sequence,
      };
      if (blocks === 'all-models') {
        cooldown = next;
        return true;
      }
      // A list of models has a limit of its own, which says nothing about answers.
      if (model === undefined) return false;
      const anotherModelToo = [...models].some(
        ([name, state]) =>
          name !== model && state.cooldown && isValid(state.cooldown, state.cooldown.untilMs, now),
      );
      stateOf(model).cooldown = next;
      if (anotherModelToo && cooldown?.rule !== 'key' && cooldown?.rule !== 'payment')
        cooldown = { ...next, untilMs: Math.min(next.untilMs, now + accountLimitMs), estimated: true };
      return true;
    },

    /** What is left of its rate limits, by model. */
    windows: (now: number) =>
      [...models].flatMap(([model, state]) =>
        validWindows(state, now).map((reading) => ({ ...reading, model })),
      ),
    statistics: () => ({ requests, failures }),
  };
}

export type PooledKey = ReturnType<typeof pooledKey>;

const noNames: readonly string[] = [];

/** Whether a note is still true: it has not run out, and a clock that was set back has not put it into the future. */
const isValid = ({ atMs }: { readonly atMs: number }, untilMs: number, now: number): boolean =>
  now + earlyMs < untilMs && now > atMs - clockSlackMs;

const later = (one: KeyCooldown | undefined, other: KeyCooldown | undefined): KeyCooldown | undefined =>
  one && other ? (one.untilMs >= other.untilMs ? one : other) : (one ?? other);
