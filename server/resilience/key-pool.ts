/** The keys of one provider as one source: the best one for each request, none that was just refused. */
import type { ErrorKind } from '../../shared/error-kinds.ts';
import { RumboError } from '../../shared/errors.ts';
import type { KeyStatus, RateWindow } from '../../shared/status.ts';
import type { KeyLease, KeySource } from '../engines/key-source.ts';
import { type KeyCooldown, type PooledKey, pooledKey } from './pooled-key.ts';

export type KeyPoolDeps = {
  /** The provider's name; errors carry it. */
  readonly provider: string;
  readonly label: string;
  /** Whether nothing is sent without a key. Otherwise a pool without keys lends `undefined`. */
  readonly required: boolean;
  readonly keys: {
    /** Names of the keys there are, known without asking the keychain. */
    names(): readonly string[];
    /** Rejects when there are keys and none can be read. */
    all(): Promise<readonly { readonly name: string; readonly key: string }[]>;
  };
  /** Milliseconds since 1970, handed in so that tests own the clock. It may jump. */
  readonly now: () => number;
  /** Called after each change that a user could see. */
  readonly onChange: () => void;
};

export function keyPool({ provider, label, required, keys, now, onChange }: KeyPoolDeps) {
  let pool: readonly PooledKey[] = [];
  /** The last request's number. */
  let turn = 0;

  /** A key that changed under its name starts afresh; the others keep what they know. */
  const refill = async (): Promise<void> => {
    const found: readonly { name: string; key: string | undefined }[] = await keys.all();
    const before = pool;
    const wanted = found.length > 0 || required ? found : [{ name: 'no key', key: undefined }];
    if (same(before, wanted)) return;
    pool = wanted.map(
      ({ name, key }) =>
        before.find((each) => each.key === key && each.name === name) ?? pooledKey(name, key),
    );
  };

  /** Why no key may be used, by the mildest reason and the first to return. */
  const common = (cooldownOf: (each: PooledKey) => KeyCooldown | undefined): KeyCooldown | undefined => {
    const rests: KeyCooldown[] = [];
    for (const each of pool) {
      const cooldown = cooldownOf(each);
      if (!cooldown) return;
      rests.push(cooldown);
    }
    const first = rests.sort(mildestFirst)[0];
    if (!first || rests.length === 1) return first;
    return {
      ...first,
      reason: everyKeyRests(label, rests),
      estimated: rests.some(({ estimated }) => estimated),
    };
  };
  const cooldownOf = (model: string): KeyCooldown | undefined => common((each) => each.restFor(model, now()));

  /** Free keys; else those that rest by a guess; for a list of models any at all. */
  const candidates = (model: string | undefined): readonly PooledKey[] => {
    const free = pool.filter((each) =>
      model === undefined ? !each.accountRest(now()) : !each.restFor(model, now()),
    );
    if (free.length > 0) return free;
    return model === undefined ? pool : pool.filter((each) => each.restFor(model, now())?.estimated);
  };

  const choose = (among: readonly PooledKey[], model: string | undefined): PooledKey | undefined => {
    const at = now();
    return among
      .map((each) => ({ each, weight: each.weight(model, at) }))
      .sort((one, other) => other.weight - one.weight || one.each.lastTurn() - other.each.lastTurn())[0]
      ?.each;
  };

  return {
    async acquire(model?: string): Promise<KeyLease> {
      await refill();
      const chosen = choose(candidates(model), model);
      if (chosen) return lease(chosen, model);
      const cooldown = model === undefined ? undefined : cooldownOf(model);
      throw cooldown
        ? resting(cooldown)
        : new RumboError(`${label} has no API key.`, { kind: 'unauthorized', provider });
    },
    hasKey: (model: string): boolean =>
      pool.length === 0
        ? !required || keys.names().length > 0
        : pool.some((each) => !each.restFor(model, now())),
    /** Keys there are; one more or less than are lent while the keychain has not been asked. */
    count: (): number => keys.names().length,
    /** Why no key may be used now, for any model. */
    cooldown: (): KeyCooldown | undefined => common((each) => each.accountRest(now())),
    /** Why no key may be used for this model now. */
    cooldownOf,
    /** Tokens that the best key may use of this model until then. Absent: nobody told. */
    tokensLeft(model: string): { readonly tokens: number; readonly untilMs: number } | undefined {
      const at = now();
      const free = pool.filter((each) => !each.restFor(model, at));
      const told = free.map((each) =>
        each
          .windows(at)
          .filter((window) => window.model === model && /^(?:input )?tokens\b/.test(window.unit))
          .sort((one, other) => one.remaining - other.remaining)
          .at(0),
      );
      const best = told
        .filter((window) => window !== undefined)
        .sort((one, other) => other.remaining - one.remaining)[0];
      // A key that has told nothing may have all that is needed.
      if (!best || told.includes(undefined)) return;
      return { tokens: best.remaining, untilMs: best.resetsAtMs };
    },
    /** What is left of the rate limits, all keys together, by model. */
    windows(): RateWindow[] {
      const sums = new Map<string, RateWindow>();
      for (const { model, unit, limit, remaining, resetsAtMs } of pool.flatMap((each) =>
        each.windows(now()),
      )) {
        const before = sums.get(`${model} ${unit}`);
        const resetsAt = new Date(resetsAtMs).toISOString();
        sums.set(`${model} ${unit}`, {
          model,
          unit,
          limit: limit === undefined || before?.limit === null ? null : limit + (before?.limit ?? 0),
          remaining: remaining + (before?.remaining ?? 0),
          resetsAt: before && before.resetsAt > resetsAt ? before.resetsAt : resetsAt,
        });
      }
      return [...sums.values()];
    },
    /** Each key by its place, never the key. */
    status: (): KeyStatus[] =>
      keys.names().map((name) => {
        const key = pool.find((each) => each.name === name);
        if (!key) return { name, requests: 0, failures: 0 };
        const cooldown = whyItRests(key, now());
        return {
          name,
          ...key.statistics(),
          ...(cooldown
            ? { cooldownReason: cooldown.reason, until: new Date(cooldown.untilMs).toISOString() }
            : {}),
        };
      }),
    /** The keys changed, or the user asks for a fresh start. Requests under way count for nothing. */
    reset(): void {
      pool = [];
    },
  } satisfies KeySource & Record<string, unknown>;

  function lease(chosen: PooledKey, model: string | undefined): KeyLease {
    turn += 1;
    const mine = turn;
    chosen.begin(model, mine, now());
    let over = false;
    return {
      key: chosen.key,
      reportLimits(windows) {
        if (model !== undefined) chosen.told(model, mine, windows, now());
      },
      release(error) {
        if (over) return;
        over = true;
        chosen.left(model, mine);
        const news = error ? chosen.failed(model, turn, error, now()) : chosen.succeeded(model, mine);
        if (news) onChange();
      },
    };
  }

  /** What the caller is told when every key rests: never that the key is wrong when some only wait. */
  function resting({ rule, reason, untilMs }: KeyCooldown): RumboError {
    return new RumboError(reason, {
      kind: kinds[rule],
      provider,
      ...(rule === 'rate-limit' ? { retryAfterMs: Math.max(0, untilMs - now()) } : {}),
    });
  }
}

export type KeyPool = ReturnType<typeof keyPool>;

const kinds = {
  'rate-limit': 'rate-limited',
  payment: 'payment-required',
  key: 'unauthorized',
} as const satisfies Record<KeyCooldown['rule'], ErrorKind>;

/** A limit passes by itself, money has to be found, a refused key has to be replaced. */
const severity = ['rate-limit', 'payment', 'key'] as const;
const mildestFirst = (one: KeyCooldown, other: KeyCooldown): number =>
  severity.indexOf(one.rule) - severity.indexOf(other.rule) || one.untilMs - other.untilMs;

const words: Readonly<Record<KeyCooldown['rule'], string>> = {
  'rate-limit': 'at the rate limit',
  payment: 'without money',
  key: 'refused',
};

/** `All 3 keys of Gemini rest: 2 at the rate limit, 1 refused.` */
function everyKeyRests(label: string, rests: readonly KeyCooldown[]): string {
  const counts = severity.flatMap((rule) => {
    const count = rests.filter((rest) => rest.rule === rule).length;
    return count > 0 ? [`${count} ${words[rule]}`] : [];
  });
  return `All ${rests.length} keys of ${label} rest: ${counts.join(', ')}.`;
}

/** For any model, else for one of them. */
function whyItRests(key: PooledKey, now: number): KeyCooldown | undefined {
  const rest = key.accountRest(now);
  if (rest) return rest;
  const [model, ...more] = key.restingModels(now);
  const first = model === undefined ? undefined : key.restFor(model, now);
  if (!first) return;
  const others = more.length > 0 ? ` and ${more.length} more` : '';
  return { ...first, reason: `At its rate limit for ${model}${others}.` };
}

const same = (
  pool: readonly PooledKey[],
  wanted: readonly { readonly name: string; readonly key: string | undefined }[],
): boolean =>
  pool.length === wanted.length &&
  pool.every((each, at) => each.name === wanted[at]?.name && each.key === wanted[at]?.key);
