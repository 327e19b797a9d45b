/** One key of a pool: why it rests, what is left of its rate limits, and how it has done. No network, no clock. */
import { type ErrorKind, errorPolicies } from '../../shared/error-kinds.ts';
import type { RumboError } from '../../shared/errors.ts';
import type { CooldownRule } from '../../shared/status.ts';
import type { RateReading } from '../wire/rate-windows.ts';

/** Why a key is not used. */
export type KeyCooldown = {
  readonly rule: Exclude<CooldownRule, 'circuit'>;
  /** One sentence. */
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly untilMs: number;
  /** Nobody told how long: it is passed over, and lent all the same to a request that has nowhere else to go. */
  readonly estimated: boolean;
};

/** How a refusal rests a key where the service did not say how long, in milliseconds. */
const rests: Partial<Record<ErrorKind, { readonly rule: KeyCooldown['rule']; readonly ms: number }>> = {
  'rate-limited': { rule: 'rate-limit', ms: 20_000 },
  unauthorized: { rule: 'key', ms: 300_000 },
  'payment-required': { rule: 'payment', ms: 3_600_000 },
};
/** A refused request is never repeated with the same key sooner, whatever the service says. Milliseconds. */
const shortestRestMs = 250;
/** Nobody's limit is longer than a month; such a reset is a mistake. Milliseconds. */
const longestRestMs = 31 * 86_400_000;
/** Two models of one key at their limits look like a limit of the account; for so long we act on that. Milliseconds. */
const accountGuessMs = 60_000;
/** A key that was dead is tried by one request at a time, which has so long to show how it goes. Milliseconds. */
const probeMs = 10_000;
/** A clock that is set back further than this makes what was remembered before it worthless. Milliseconds. */
const slackMs = 60_000;
/** How fast failures are forgiven: half of their weight is gone after this. Milliseconds. */
const failureHalfLifeMs = 60_000;
/** Timers come up to a millisecond early, and whoever waited as told should not be sent back for that. */
const earlyMs = 5;

/** A rest or reading with the moment it was noted, and the last turn begun by then. */
type Noted<What> = What & { readonly atMs: number; readonly turn: number };

/** What one key knows of one model. */
type OfModel = {
  rest?: Noted<KeyCooldown>;
  readonly windows: Map<string, Noted<RateReading>>;
  /** Turns of the requests under way. */
  readonly underWay: Set<number>;
};

/** Requests are told apart by their turn, a number that rises: what began before a rest cannot end it. */
export function pooledKey(name: string, key: string | undefined) {
  const models = new Map<string, OfModel>();
  /** For every model. */
  let rest: Noted<KeyCooldown> | undefined;
  let probedUntilMs = 0;
  let inFlight = 0;
  let lastTurn = 0;
  let requests = 0;
  let failures = 0;
  let recent = { failures: 0, atMs: 0 };

  const of = (model: string): OfModel => {
    const known = models.get(model) ?? { windows: new Map(), underWay: new Set() };
    models.set(model, known);
    return known;
  };

  /** Why it may be used for no model. A refused key is half open after its rest: one request probes, others keep away. */
  const accountRest = (now: number): KeyCooldown | undefined => {
    if (!rest) return;
    if (holds(rest, rest.untilMs, now)) return rest;
    if (rest.rule === 'rate-limit' || now >= probedUntilMs || probedUntilMs - now > probeMs) return;
    return { ...rest, untilMs: probedUntilMs };
  };

  const live = (known: OfModel | undefined, now: number): Noted<RateReading>[] =>
    [...(known?.windows.values() ?? [])].filter((reading) => holds(reading, reading.resetsAtMs, now));

  /** What requests that set out since have not yet shown. */
  const left = (known: OfModel, { unit, remaining, turn }: Noted<RateReading>): number =>
    unit === 'requests' ? remaining - [...known.underWay].filter((each) => each > turn).length : remaining;

  const windowRest = (known: OfModel | undefined, now: number): KeyCooldown | undefined => {
    if (!known) return;
    const empty = live(known, now).filter((reading) => left(known, reading) <= 0);
    const last = empty.sort((one, other) => other.resetsAtMs - one.resetsAtMs)[0];
    if (!last) return;
    return {
      rule: 'rate-limit',
      reason: `No ${last.unit} are left of its rate limit.`,
      untilMs: last.resetsAtMs,
      estimated: last.remaining > 0,
    };
  };

  const modelRest = (model: string, now: number): KeyCooldown | undefined => {
    const known = models.get(model);
    const refused = known?.rest && holds(known.rest, known.rest.untilMs, now) ? known.rest : undefined;
    return later(refused, windowRest(known, now));
  };

  const recentFailures = (now: number): number =>
    recent.failures * 0.5 ** (Math.max(0, now - recent.atMs) / failureHalfLifeMs);

  return {
    name,
    key,
    accountRest,
    /** Why it may not be used for this model now. */
    restFor: (model: string, now: number): KeyCooldown | undefined =>
      accountRest(now) ?? modelRest(model, now),
    /** The models it rests for although it may be used for others. */
    restingModels: (now: number): string[] => [...models.keys()].filter((model) => modelRest(model, now)),

    /** How good a choice it is; more is better, 1 is a fresh key. Falls with what is used up, under way, and failed lately. */
    weight(model: string | undefined, now: number): number {
      const known = model === undefined ? undefined : models.get(model);
      const shares = live(known, now).map((reading) =>
        known && reading.limit ? Math.min(1, Math.max(0, left(known, reading)) / reading.limit) : 1,
      );
      return Math.min(1, ...shares) / (1 + inFlight) / (1 + recentFailures(now));
    },
    /** The turn it was last used in; 0: never. */
    lastTurn: (): number => lastTurn,

    begin(model: string | undefined, turn: number, now: number): void {
      inFlight += 1;
      requests += 1;
      lastTurn = turn;
      if (rest && !accountRest(now) && rest.rule !== 'rate-limit') probedUntilMs = now + probeMs;
      if (model !== undefined) of(model).underWay.add(turn);
    },

    /** Readings that came with the answer of this turn. One that resets after more than a month is a mistake. */
    told(model: string, turn: number, readings: readonly RateReading[], now: number): void {
      const { windows } = of(model);
      for (const [unit, reading] of windows)
        if (!holds(reading, reading.resetsAtMs, now)) windows.delete(unit);
      for (const reading of readings)
        if (reading.resetsAtMs - now < longestRestMs)
          windows.set(reading.unit, { ...reading, atMs: now, turn });
    },

    /** The request is over. */
    left(model: string | undefined, turn: number): void {
      inFlight -= 1;
      if (model === undefined) return;
      const known = models.get(model);
      known?.underWay.delete(turn);
      if (known && !known.rest && known.windows.size === 0 && known.underWay.size === 0) models.delete(model);
    },

    /** It did its work. A list of models proves the key, and neither money nor limits. Returns whether a rest ended. */
    succeeded(model: string | undefined, turn: number): boolean {
      let news = false;
      if (rest && rest.turn < turn && (model !== undefined || rest.rule === 'key')) {
        rest = undefined;
        news = true;
      }
      const known = model === undefined ? undefined : models.get(model);
      if (known?.rest && known.rest.turn < turn) {
        delete known.rest;
        news = true;
      }
      probedUntilMs = 0;
      return news;
    },

    /**
     * It was refused, or the service failed. Returns whether it rests now.
     * @param seen the last turn begun by now
     */
    failed(
      model: string | undefined,
      seen: number,
      { data, kind, message }: RumboError,
      now: number,
    ): boolean {
      const how = rests[kind];
      if (how || errorPolicies[kind].trips) {
        failures += 1;
        recent = { failures: recentFailures(now) + 1, atMs: now };
      }
      probedUntilMs = 0;
      if (!how) return false;
      const said = data.retryAfterMs;
      const told = said !== undefined && said < longestRestMs ? said : undefined;
      const ms = Math.max(told ?? how.ms, shortestRestMs);
      const next: Noted<KeyCooldown> = {
        rule: how.rule,
        reason: message,
        untilMs: now + ms,
        estimated: how.rule === 'rate-limit' && (told === undefined || told < shortestRestMs),
        atMs: now,
        turn: seen,
      };
      if (how.rule !== 'rate-limit') {
        rest = next;
        return true;
      }
      // A list of models has a limit of its own, which says nothing about answers.
      if (model === undefined) return false;
      const another = [...models].some(
        ([name, { rest: refused }]) => name !== model && refused && holds(refused, refused.untilMs, now),
      );
      of(model).rest = next;
      if (another && rest?.rule !== 'key' && rest?.rule !== 'payment')
        rest = { ...next, untilMs: Math.min(next.untilMs, now + accountGuessMs), estimated: true };
      return true;
    },

    /** What is left of its rate limits, by model. */
    windows: (now: number) =>
      [...models].flatMap(([model, known]) => live(known, now).map((reading) => ({ ...reading, model }))),
    statistics: () => ({ requests, failures }),
  };
}

export type PooledKey = ReturnType<typeof pooledKey>;

/** Whether what was noted is still true: not run out, and not from a future that a clock set back took away. */
const holds = ({ atMs }: { readonly atMs: number }, untilMs: number, now: number): boolean =>
  now + earlyMs < untilMs && now > atMs - slackMs;

const later = (one: KeyCooldown | undefined, other: KeyCooldown | undefined): KeyCooldown | undefined =>
  one && other ? (one.untilMs >= other.untilMs ? one : other) : (one ?? other);
