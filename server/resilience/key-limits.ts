/** The limits of one key, as responses showed them: cool-downs, and the rate limit windows of a model. Pure. */
import type { KeyCooldownRule, TimedCooldown } from '../../shared/cooldowns.ts';
import { type ErrorKind, errorPolicies } from '../../shared/error-policies.ts';
import type { RumboError } from '../../shared/errors.ts';
import type { RateReading } from '../wire/rate-windows.ts';

/** `kind`: of the failure that began it, where the rule alone does not name it. */
export type KeyCooldown = TimedCooldown<KeyCooldownRule> & { readonly kind?: ErrorKind };

/** A refused request is never repeated with the same key sooner, whatever the service says. Milliseconds. */
const minCooldownMs = 250;
/** No rate limit is longer than a month; a reset after more than that is a mistake. Milliseconds. */
const maxCooldownMs = 31 * 86_400_000;
/** A clock that is set back further than this invalidates whatever was noted before. Milliseconds. */
const clockSlackMs = 60_000;
/** Timers fire up to a millisecond early; a request that waited until the reset must not be sent back for that. */
const earlyMs = 5;

/** A cool-down or reading with the time it was noted, and the last request that had started by then. */
export type Noted<What> = What & { readonly atMs: number; readonly sequence: number };

/** The limits of a key for one model. */
export type ModelLimits = {
  cooldown?: Noted<KeyCooldown>;
  readonly windows: Map<string, Noted<RateReading>>;
  /** Sequence numbers of the requests in flight. */
  readonly inFlight: Set<number>;
};

/** Whether a note is still true: it has not run out, and a clock that was set back has not put it into the future. */
export const isValid = ({ atMs }: { readonly atMs: number }, untilMs: number, now: number): boolean =>
  now + earlyMs < untilMs && now > atMs - clockSlackMs;

export const validWindows = (limits: ModelLimits | undefined, now: number): Noted<RateReading>[] =>
  [...(limits?.windows.values() ?? [])].filter((reading) => isValid(reading, reading.resetsAtMs, now));

/** What is left after the requests that started since the reading. */
const remainingOf = (limits: ModelLimits, { unit, remaining, sequence }: Noted<RateReading>): number =>
  unit === 'requests' ? remaining - [...limits.inFlight].filter((each) => each > sequence).length : remaining;

/** The smallest share of a window that is left, 0–1. */
export function remainingShare(limits: ModelLimits | undefined, now: number): number {
  if (!limits || limits.windows.size === 0) return 1;
  const shares = validWindows(limits, now).map((reading) =>
    reading.limit ? Math.max(0, remainingOf(limits, reading)) / reading.limit : 1,
  );
  return Math.min(1, ...shares);
}

/** Why the key may not be used for the model: the later of its cool-down and the reset of an empty window. */
export function modelCooldown(limits: ModelLimits | undefined, now: number): KeyCooldown | undefined {
  if (!limits) return;
  const { cooldown } = limits;
  const noted = cooldown && isValid(cooldown, cooldown.untilMs, now) ? cooldown : undefined;
  const window = windowCooldown(limits, now);
  return noted && window ? (noted.untilMs >= window.untilMs ? noted : window) : (noted ?? window);
}

function windowCooldown(limits: ModelLimits, now: number): KeyCooldown | undefined {
  if (limits.windows.size === 0) return;
  const empty = validWindows(limits, now).filter((reading) => remainingOf(limits, reading) <= 0);
  const last = empty.sort((one, other) => other.resetsAtMs - one.resetsAtMs)[0];
  if (!last) return;
  return {
    rule: 'rate-limit',
    reason: `No ${last.unit} are left of its rate limit.`,
    untilMs: last.resetsAtMs,
    estimated: last.remaining > 0,
  };
}

/** Replaces what has run out by new readings. A reset after more than a month is a mistake. */
export function noteReadings(
  { windows }: ModelLimits,
  readings: readonly RateReading[],
  { atMs, sequence }: Noted<unknown>,
): void {
  for (const [unit, reading] of windows)
    if (!isValid(reading, reading.resetsAtMs, atMs)) windows.delete(unit);
  for (const reading of readings)
    if (reading.resetsAtMs - atMs < maxCooldownMs) windows.set(reading.unit, { ...reading, atMs, sequence });
}

/** The cool-down that a failure starts. Absent: none. */
export function cooldownFrom(
  { data, kind, message }: RumboError,
  { atMs, sequence }: Noted<unknown>,
): Noted<KeyCooldown> | undefined {
  const { keyCooldown } = errorPolicies[kind];
  if (!keyCooldown) return;
  const { rule } = keyCooldown;
  const namedMs =
    data.retryAfterMs !== undefined && data.retryAfterMs < maxCooldownMs ? data.retryAfterMs : undefined;
  return {
    rule,
    kind,
    reason: message,
    untilMs: atMs + Math.max(namedMs ?? keyCooldown.ms, minCooldownMs),
    estimated: rule === 'rate-limit' && (namedMs === undefined || namedMs < minCooldownMs),
    atMs,
    sequence,
  };
}
