/** One provider at work: its engine with good manners, its model list, its health, and what it last did. */
import PQueue from 'p-queue';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import type { ModelRest, ProviderState, ProviderStatus } from '../../shared/status.ts';
import { connectEngine, type EngineConnection } from '../engines/connect.ts';
import type { Engine } from '../engines/engine.ts';
import type { KeySource } from '../engines/key-source.ts';
import type { Http } from '../platform/http.ts';
import { limit } from '../resilience/concurrency-limit.ts';
import { providerHealth, type Rest } from '../resilience/health.ts';
import { nextKey } from '../resilience/key-failover.ts';
import { keyPool } from '../resilience/key-pool.ts';
import { compose } from '../resilience/policy.ts';
import { retry } from '../resilience/retry.ts';
import type { ProviderRest } from '../routing/snapshot.ts';
import type { KeyOwner } from '../secrets/key-owner.ts';
import type { Keys } from '../secrets/keys.ts';
import type { ModelInfo } from '../wire/wire-format.ts';
import type { Configured } from './provider-config.ts';

/** Answers one provider streams at a time: local engines mostly have one slot, and queue inside without telling. */
const atOnce = { local: 2, api: 8 };
/** A person waits: with another candidate at hand two seconds are long, without one a minute is better than nothing. */
const manners = {
  attempts: 3,
  baseDelayMs: 500,
  longestDelayMs: 8_000,
  patienceMs: { usual: 2_000, lastResort: 60_000 },
} as const;
/** Listing models must not hold up a question. */
const listTimeoutMs = 10_000;

/** Milliseconds that only ever rise: the clock on the wall may be set back. */
const elapsed = () => performance.now();

export type ProviderParts = {
  readonly http: Http;
  readonly keys: Keys;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called after each change a user could see. */
  readonly changed: () => void;
  /** Called with its name when its list has come. Absent: nobody else wants to know. */
  readonly listed?: (provider: string) => void;
  /** Called when one of its models has answered, or could not. Absent: nobody else wants to know. */
  readonly asked?: (provider: string, model: string) => void;
  /**
   * Who answers at an address instead of an engine of this kind; `undefined`: nobody else. Never rejects. Absent: whoever
   * answers is believed.
   */
  readonly impostor?: (kind: string, baseUrl: string, signal: AbortSignal) => Promise<string | undefined>;
};

export function provider(configured: Configured, parts: ProviderParts) {
  const { http, keys, now, changed, impostor } = parts;
  const { name, definition, baseUrl, label } = configured;
  const owner: KeyOwner = {
    provider: name,
    origin: new URL(baseUrl).origin,
    ...(configured.keyEnv ? { keyEnv: configured.keyEnv } : {}),
    ...(name === definition.kind && definition.baseUrl
      ? { usualOrigin: new URL(definition.baseUrl).origin }
      : {}),
  };
  const queue = new PQueue({ concurrency: atOnce[configured.source] });
  const pool = keyPool({
    provider: name,
    label,
    required: definition.key === 'required',
    keys: { names: () => keys.names(owner), all: () => keys.all(owner) },
    now,
    changed,
  });
  const health = providerHealth({
    now,
    elapsed,
    keys: pool,
    changed,
    gone: () => void refresh(),
  });
  const connection: EngineConnection = {
    provider: name,
    label,
    definition,
    baseUrl,
    http,
    keys: pool,
    limits: configured.timeouts,
    ...(configured.models ? { models: configured.models } : {}),
  };
  const raw = connectEngine(connection);
  const engine: Engine = compose(
    health.watch,
    retry({
      ...manners,
      // A local engine that loads a model answers in the end; nobody else would.
      patienceMs: { ...manners.patienceMs, loading: configured.timeouts.firstPartMs },
    }),
    limit(queue),
    nextKey(pool, pool.count),
  )(raw);

  let listed: readonly ModelInfo[] | undefined;
  let listFailure: RumboError | undefined;
  let listing: Promise<void> | undefined;
  let resets = 0;
  let listedAtMs = Number.NEGATIVE_INFINITY;
  let last: ProviderStatus['last'];

  const keyless = () => definition.key === 'required' && keys.where(owner) === 'none';

  /** Where the address is our guess, any program may listen: whoever answers must be who we think. */
  const isGuess = configured.source === 'local' && !configured.named && baseUrl === definition.baseUrl;
  const listBy = async (signal: AbortSignal): Promise<readonly ModelInfo[]> => {
    const other = isGuess ? await impostor?.(definition.kind, baseUrl, signal) : undefined;
    if (other === undefined) return raw.listModels(signal);
    throw new RumboError(`${other} answers at ${new URL(baseUrl).host}, not ${label}.`, {
      kind: 'unreachable',
      provider: name,
      action: `Start ${label}, or name the server that answers in rumbo.providers.`,
    });
  };

  const list = async (): Promise<void> => {
    const asked = resets;
    const late = AbortSignal.timeout(listTimeoutMs);
    const found = await listBy(late).catch((cause: unknown) =>
      late.aborted
        ? new RumboError(`${label} did not list its models within ${listTimeoutMs / 1000} s.`, {
            kind: 'timeout',
            provider: name,
          })
        : toRumboError(cause),
    );
    // What another key or an earlier try found out says nothing any more.
    if (asked !== resets) return;
    listedAtMs = elapsed();
    // The last good list stays: the engine may only be restarting.
    if (found instanceof RumboError) listFailure = found;
    else {
      [listed, listFailure] = [found, undefined];
      health.listed();
      parts.listed?.(name);
    }
  };

  /** Asks for the model list; two calls share one request. Never rejects: the state says how it went. */
  function refresh(): Promise<void> {
    if (!configured.enabled || keyless()) return Promise.resolve();
    if (listing) return listing;
    const mine = list().finally(() => {
      if (listing === mine) listing = undefined;
      changed();
    });
    listing = mine;
    return mine;
  }

  /** What keeps out the provider, or else every model it is known to have. */
  const resting = (): Rest | undefined => {
    const rest = health.rest();
    if (rest) return rest;
    const rests = (configured.models ?? listed?.map((info) => info.name) ?? []).map(health.restOf);
    if (rests.length === 0 || rests.includes(undefined)) return;
    return rests.filter((each) => each !== undefined).sort((one, other) => one.untilMs - other.untilMs)[0];
  };

  const state = (): ProviderState => {
    if (!configured.enabled) return 'off';
    if (keyless()) return 'no-key';
    const rest = resting();
    // A refused key is tried again now and then, but only the user can mend it.
    if (rest) return rest.rule === 'key' ? 'no-key' : 'resting';
    if (listFailure) return listFailure.kind === 'unauthorized' ? 'no-key' : 'unreachable';
    if (listed || last?.outcome === 'ok') return 'ready';
    return listing !== undefined ? 'checking' : 'unknown';
  };

  const restingModel = (model: string): ModelRest[] => {
    const rest = health.rest() ? undefined : health.restOf(model);
    if (!rest) return [];
    const until = new Date(rest.untilMs).toISOString();
    return [{ model, circuit: health.circuitOf(model), rule: rest.rule, reason: rest.reason, until }];
  };

  return {
    configured,
    engine,
    owner,
    /** For what is asked of its service beside answers and its list; how that goes says nothing about its keys. */
    beside: { ...connection, keys: withoutBlame(pool) },
    get listed() {
      return listed;
    },
    /** Answers being given now or waiting for their turn. */
    inFlight: () => queue.pending + queue.size,
    /** Milliseconds since the list was last asked for; infinite when it never was. */
    listAgeMs: () => elapsed() - listedAtMs,
    state,
    refresh,
    /** Contacts it with its key. Returns how many models it lists; rejects with what is wrong. */
    async test(): Promise<number> {
      if (keyless())
        throw new RumboError(`${label} has no API key.`, { kind: 'unauthorized', provider: name });
      await refresh();
      if (listFailure) throw listFailure;
      return listed?.length ?? 0;
    },
    /** Why it may not be asked now. */
    rest(): ProviderRest | undefined {
      if (keyless()) return { rule: 'no-key', reason: `${label} has no API key.` };
      const rest = health.rest();
      if (rest) return returning(rest);
      // A cloud list that failed says little about answers; their own circuit decides.
      if (configured.source === 'api' || state() !== 'unreachable' || !listFailure) return;
      return { rule: 'unreachable', reason: listFailure.message };
    },
    /** Why this model may not be asked now although the provider may. */
    restOf(model: string): ProviderRest | undefined {
      if (keyless() || health.rest()) return;
      const rest = health.restOf(model);
      return rest && returning(rest);
    },
    /** What is left of this model's tokens until their window is full again. Absent: nobody told, or enough. */
    tokensLeft: pool.tokensLeft,
    /** Its key changed, or the user asks for a fresh start. */
    reset: () => {
      resets += 1;
      listing = undefined;
      listFailure = undefined;
      pool.reset();
      health.reset();
    },
    did(what: NonNullable<ProviderStatus['last']>): void {
      last = what;
      parts.asked?.(name, what.model);
      changed();
    },
    status(models: ProviderStatus['models']): ProviderStatus {
      const rest = resting();
      const { untilMs } = rest ? returning(rest) : {};
      const detail = rest?.reason ?? listFailure?.message;
      const where = keys.where(owner);
      return {
        name,
        label,
        kind: definition.kind,
        source: configured.source,
        origin: owner.origin,
        state: state(),
        ...(detail ? { detail } : {}),
        ...(rest ? { rule: rest.rule } : {}),
        ...(untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() }),
        circuit: health.circuit(),
        key: where === 'none' && definition.key === 'optional' ? 'not-needed' : where,
        models,
        resting: models.flatMap(({ name }) => restingModel(name)),
        windows: pool.windows(),
        keys: pool.count() > 1 ? pool.status() : [],
        ...(last ? { last } : {}),
        ...(configured.note ? { note: configured.note } : {}),
      };
    },
  };
}

export type Provider = ReturnType<typeof provider>;

/** A service may give answers to a key and refuse it all else. One for all, since an error costs its stack trace. */
const nothingSaid = new RumboError('Nothing was said about the key.', { kind: 'cancelled' });
const withoutBlame = ({ acquire, hasKey }: KeySource): KeySource => ({
  hasKey,
  async acquire() {
    const { key, release } = await acquire();
    return { key, reportLimits() {}, release: () => release(nothingSaid) };
  },
});

/** For those who decide and show: a refused key does not return by itself, although it is tried again now and then. */
const returning = ({ rule, reason, untilMs }: Rest): ProviderRest =>
  rule === 'key' ? { rule, reason } : { rule, reason, untilMs };
