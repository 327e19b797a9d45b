/** The keys of one provider as one source: the best key for each request, and no key that was just refused. */
import type { KeyCooldownRule } from '../../shared/cooldowns.ts';
import type { ErrorKind } from '../../shared/error-policies.ts';
import { RumboError } from '../../shared/errors.ts';
import type { KeyStoreName } from '../../shared/keys.ts';
import type { KeyStatus, RateWindow } from '../../shared/status.ts';
import type { KeyLease, KeySource } from '../engines/key-source.ts';
import type { TokensLeft } from '../routing/snapshot.ts';
import type { KeyCooldown } from './key-limits.ts';
import { modelPermissions } from './model-permissions.ts';
import { type KeyDescription, type PooledKey, pooledKey } from './pooled-key.ts';

export type KeyPoolDeps = {
  /** The provider's name; errors carry it. */
  readonly provider: string;
  readonly label: string;
  /** Whether no request is sent without a key. Otherwise a pool without keys leases `undefined`. */
  readonly required: boolean;
  readonly keys: {
    /** Names of the keys, without a call to the keychain. */
    names(): readonly string[];
    /** The same keys with what the user stated of each. Absent: nothing. */
    entries?(): readonly (KeyDescription & { readonly store?: KeyStoreName })[];
    /** Rejects when there are keys and none can be read. */
    all(): Promise<readonly (KeyDescription & { readonly key: string })[]>;
  };
  /** Milliseconds since 1970, passed in so that tests control the clock. It may jump. */
  readonly now: () => number;
  /** Called after each change that a user could see. */
  readonly onChange: () => void;
};

export function keyPool({ provider, label, required, keys, now, onChange }: KeyPoolDeps) {
  let pool: readonly PooledKey[] = [];
  /** What the pool was made of. */
  let poolSource: Awaited<ReturnType<KeyPoolDeps['keys']['all']>> | undefined;
  /** The number of the last request. */
  let lastSequence = 0;

  /** A key that changed under its name starts afresh; the others keep their state. */
  const refill = async (): Promise<void> => {
    const contents = await keys.all();
    if (contents === poolSource) return;
    const before = pool;
    poolSource = contents;
    const wanted: readonly (KeyDescription & { readonly key?: string })[] =
      contents.length > 0 || required ? contents : [{ name: 'no key' }];
    pool = wanted.map((each) => {
      const earlier = before.find(({ key }) => key === each.key);
      earlier?.describe(each);
      return earlier ?? pooledKey(each, each.key);
    });
  };

  const permissions = modelPermissions(label, () => keys.entries?.() ?? noEntries, now);
  const cooldownOf = (model: string): KeyCooldown | undefined => {
    const forbidden = permissions.cooldownOf(model);
    if (forbidden) return forbidden;
    const allowed = pool.filter((key) => key.isAllowed(model));
    return commonCooldown(label, allowed, (key) => key.cooldownOf(model, now()));
  };

  /** Available keys; else those whose cool-down is estimated; for a list of models any key at all. */
  const candidates = (model: string | undefined): readonly PooledKey[] => {
    const available = pool.filter((key) =>
      model === undefined
        ? !key.accountCooldown(now())
        : key.isAllowed(model) && !key.cooldownOf(model, now()),
    );
    if (available.length > 0) return available;
    return model === undefined
      ? pool
      : pool.filter((key) => key.isAllowed(model) && key.cooldownOf(model, now())?.estimated);
  };

  return {
    async acquire(model?: string): Promise<KeyLease> {
      await refill();
      const chosen = bestKey(candidates(model), model, now());
      if (chosen) return lease(chosen, model);
      const cooldown = model === undefined ? undefined : cooldownOf(model);
      throw cooldown
        ? cooldownError(cooldown)
        : new RumboError(`${label} has no API key.`, { kind: 'unauthorized', provider });
    },
    hasKey: (model: string): boolean =>
      pool.length === 0
        ? !required || keys.names().length > 0
        : pool.some((key) => key.isAllowed(model) && !key.cooldownOf(model, now())),
    /** Number of keys; it may differ by one from the keys in use until the keychain has been read. */
    count: (): number => keys.names().length,
    /** Why no key may be used now, for any model. */
    cooldown: (): KeyCooldown | undefined => commonCooldown(label, pool, (key) => key.accountCooldown(now())),
    /** Why no key may be used for this model now. */
    cooldownOf,
    /** All models for which no key may be used although one may be for others, by name. */
    modelCooldowns(): ReadonlyMap<string, KeyCooldown> {
      return byModel(pool, (key) => key.modelsCoolingDown(now()), cooldownOf);
    },
    /** Those of these models that the user lets no key be used for. Mostly none, so the map is shared then. */
    modelsNotAllowed: permissions.cooldowns,
    /** Tokens that the best key may use of a model until its window is full again, by name. Missing: not reported. */
    tokensLeftByModel(): ReadonlyMap<string, TokensLeft> {
      return byModel(
        pool,
        (key) => key.modelsWithWindows(),
        (model) => tokensLeft(pool, model, now()),
      );
    },
    /** What is left of the rate limits, all keys together, by model. */
    windows: (): RateWindow[] => sumWindows(pool.flatMap((key) => key.windows(now()))),
    /** Requests that all keys together may send in one window, for the model with the highest limit. `undefined`: not reported. */
    requestsPerWindow(): number | undefined {
      const limits = sumWindows(pool.flatMap((key) => key.windows(now())))
        .filter(({ unit }) => unit === 'requests')
        .flatMap(({ limit }) => limit ?? []);
      return limits.length === 0 ? undefined : Math.max(...limits);
    },
    /** Each key by its name, never the key itself. */
    status(): KeyStatus[] {
      const entries: readonly StatusEntry[] = keys.entries?.() ?? keys.names().map((name) => ({ name }));
      return entries.map((entry) =>
        keyStatus(
          entry,
          pool.find(({ description }) => isSameEntry(description(), entry)),
          now(),
        ),
      );
    },
    /** The keys changed, or the user wants a fresh start. Requests in flight no longer count. */
    reset(): void {
      pool = [];
      poolSource = undefined;
    },
  } satisfies KeySource & Record<string, unknown>;

  function lease(chosen: PooledKey, model: string | undefined): KeyLease {
    lastSequence += 1;
    const sequence = lastSequence;
    chosen.begin(model, sequence, now());
    let released = false;
    return {
      key: chosen.key,
      reportLimits(windows) {
        chosen.responded(sequence, now());
        if (model !== undefined) chosen.reportLimits(model, sequence, windows, now());
      },
      reportTokens: (tokens) => chosen.addTokens(tokens, now()),
      release(error) {
        if (released) return;
        released = true;
        chosen.end(model, sequence);
        const changed = error
          ? chosen.failed(model, lastSequence, error, now(), pool.length < 2)
          : chosen.succeeded(model, sequence);
        if (changed) onChange();
      },
    };
  }

  /** The error when every key is cooling down: it never says that a key is wrong when some are only at a limit. */
  function cooldownError({ rule, kind, reason, untilMs }: KeyCooldown): RumboError {
    return new RumboError(reason, {
      kind: kind ?? kindOfRule[rule],
      provider,
      ...(rule === 'rate-limit' ? { retryAfterMs: Math.max(0, untilMs - now()) } : {}),
    });
  }
}

export type KeyPool = ReturnType<typeof keyPool>;

/** Why no key may be used: the mildest cause, and the first end. Absent: a key is available. */
function commonCooldown(
  label: string,
  pool: readonly PooledKey[],
  cooldownOfKey: (key: PooledKey) => KeyCooldown | undefined,
): KeyCooldown | undefined {
  const cooldowns: KeyCooldown[] = [];
  for (const key of pool) {
    const cooldown = cooldownOfKey(key);
    if (!cooldown) return;
    cooldowns.push(cooldown);
  }
  const first = cooldowns.sort(mildestFirst)[0];
  if (!first || cooldowns.length === 1) return first;
  const isOneReason = cooldowns.every(({ reason }) => reason === first.reason) && first.rule === 'key';
  return {
    ...first,
    reason: isOneReason && first.kind === 'model-not-found' ? first.reason : everyKeyReason(label, cooldowns),
    estimated: cooldowns.some(({ estimated }) => estimated),
  };
}

/** The key with the highest weight; among equals the one that was used longest ago. */
function bestKey(among: readonly PooledKey[], model: string | undefined, now: number): PooledKey | undefined {
  let best: { key: PooledKey; weight: number } | undefined;
  for (const key of among) {
    const weight = key.weight(model, now);
    const isBetter =
      !best ||
      weight > best.weight ||
      (weight === best.weight && key.lastSequence() < best.key.lastSequence());
    if (isBetter) best = { key, weight };
  }
  return best?.key;
}

function tokensLeft(pool: readonly PooledKey[], model: string, now: number): TokensLeft | undefined {
  const available = pool.filter((key) => !key.cooldownOf(model, now));
  const smallestWindows = available.map((key) =>
    key
      .windows(now)
      .filter((window) => window.model === model && /^(?:input )?tokens\b/.test(window.unit))
      .sort((one, other) => one.remaining - other.remaining)
      .at(0),
  );
  const best = smallestWindows
    .filter((window) => window !== undefined)
    .sort((one, other) => other.remaining - one.remaining)[0];
  // A key without a reported window may have as many tokens as needed.
  if (!best || smallestWindows.includes(undefined)) return;
  return { tokens: best.remaining, untilMs: best.resetsAtMs };
}

/** A value for each model that one of the keys names. Most pools name none, so the map is shared then. */
function byModel<Value>(
  pool: readonly PooledKey[],
  modelsOf: (key: PooledKey) => readonly string[],
  toValue: (model: string) => Value | undefined,
): ReadonlyMap<string, Value> {
  let values: Map<string, Value> | undefined;
  for (const key of pool) {
    for (const model of modelsOf(key)) {
      const value = values?.has(model) ? undefined : toValue(model);
      if (value === undefined) continue;
      values ??= new Map();
      values.set(model, value);
    }
  }
  return values ?? empty;
}

/** The sum of each window over all keys; it is full again when the last of them is. */
function sumWindows(windows: ReturnType<PooledKey['windows']>): RateWindow[] {
  const sums = new Map<string, RateWindow>();
  for (const { model, unit, limit, remaining, resetsAtMs } of windows) {
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
}

const isSameEntry = (one: KeyDescription, other: KeyDescription): boolean =>
  one.slot === other.slot && (one.slot !== undefined || one.name === other.name);

type StatusEntry = KeyDescription & { readonly store?: KeyStoreName };

/** @param key absent: the key has not been used yet */
function keyStatus(
  { name, slot, store, options }: StatusEntry,
  key: PooledKey | undefined,
  now: number,
): KeyStatus {
  const hasOptions = options !== undefined && Object.keys(options).length > 0;
  const described = {
    name,
    ...(slot === undefined ? {} : { slot }),
    ...(store === undefined ? {} : { store }),
    ...(hasOptions ? { options } : {}),
  };
  if (!key) return { ...described, requests: 0, failures: 0 };
  const cooldown = shownCooldown(key, now);
  return {
    ...described,
    ...key.statistics(),
    ...(cooldown ? { cooldownReason: cooldown.reason, until: new Date(cooldown.untilMs).toISOString() } : {}),
  };
}

const noEntries: readonly StatusEntry[] = [];
const empty: ReadonlyMap<string, never> = new Map<string, never>();

const kindOfRule: Readonly<Record<KeyCooldownRule, ErrorKind>> = {
  'rate-limit': 'rate-limited',
  payment: 'payment-required',
  key: 'unauthorized',
};

/** A limit ends by itself, credit has to be bought, a refused key has to be replaced. */
const severity: readonly KeyCooldownRule[] = ['rate-limit', 'payment', 'key'];
const mildestFirst = (one: KeyCooldown, other: KeyCooldown): number =>
  severity.indexOf(one.rule) - severity.indexOf(other.rule) || one.untilMs - other.untilMs;

const ruleText: Readonly<Record<KeyCooldownRule, string>> = {
  'rate-limit': 'at the rate limit',
  payment: 'without credit',
  key: 'refused',
};

/** `All 3 keys of Gemini are cooling down: 2 at the rate limit, 1 refused.` */
function everyKeyReason(label: string, cooldowns: readonly KeyCooldown[]): string {
  const counts = severity.flatMap((rule) => {
    const count = cooldowns.filter((cooldown) => cooldown.rule === rule).length;
    return count > 0 ? [`${count} ${ruleText[rule]}`] : [];
  });
  return `All ${cooldowns.length} keys of ${label} are cooling down: ${counts.join(', ')}.`;
}

/** The cool-down for all models, else the one for a single model. */
function shownCooldown(key: PooledKey, now: number): KeyCooldown | undefined {
  const cooldown = key.accountCooldown(now);
  if (cooldown) return cooldown;
  const [model, ...more] = key.modelsCoolingDown(now);
  const first = model === undefined ? undefined : key.cooldownOf(model, now);
  if (!first) return;
  const others = more.length > 0 ? ` and ${more.length} more` : '';
  const reason =
    first.rule === 'rate-limit'
      ? `At its rate limit for ${model}${others}.`
      : `Not usable for ${model}${others}: ${first.reason}`;
  return { ...first, reason };
}
