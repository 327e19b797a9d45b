/** One provider at work: its engine with good retryOptions, its model list, its health, and what it last did. */
import PQueue from 'p-queue';
import type { Cooldown, TimedCooldown } from '../../shared/cooldowns.ts';
import type { IdentifiedEndpoint } from '../../shared/discovery.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import type { ModelCooldown, ProviderState, ProviderStatus } from '../../shared/status.ts';
import { connectEngine, type EngineConnection } from '../engines/connect.ts';
import type { Engine } from '../engines/engine.ts';
import type { KeySource } from '../engines/key-source.ts';
import { nativeApi } from '../engines/native-api.ts';
import type { Http } from '../platform/http.ts';
import { concurrencyLimit } from '../resilience/concurrency-limit.ts';
import { providerHealth } from '../resilience/health.ts';
import { keyFailover } from '../resilience/key-failover.ts';
import { keyPool } from '../resilience/key-pool.ts';
import { composePolicies } from '../resilience/policy.ts';
import { retry } from '../resilience/retry.ts';
import type { KeyOwner } from '../secrets/key-owner.ts';
import type { KeyStore } from '../secrets/keys.ts';
import type { ModelInfo } from '../wire/wire-format.ts';
import type { ProviderConfig } from './provider-config.ts';

/** Answers one provider streams at a time: local engines mostly have one slot, and queue inside without telling. */
const atOnce = { local: 2, api: 8 };
/** A person waits: with another candidate at hand two seconds are long, without one a minute is better than nothing. */
const retryOptions = {
  maxAttempts: 3,
  baseDelayMs: 500,
  maxDelayMs: 8_000,
  retryBudgetMs: { default: 2_000, lastResort: 60_000 },
} as const;
/** Listing models must not hold up a question. */
const listTimeoutMs = 10_000;

/** Milliseconds that only ever rise: the clock on the wall may be set back. */
const elapsed = () => performance.now();

export type ProviderDeps = {
  readonly http: Http;
  readonly keys: KeyStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called after each change a user could see. */
  readonly onChange: () => void;
  /** Called with its name when its list has come. Absent: nobody else wants to know. */
  readonly onModelsListed?: (provider: string) => void;
  /** Called when one of its models has answered, or could not. Absent: nobody else wants to know. */
  readonly onModelUsed?: (provider: string, model: string) => void;
  /** The model server at an address; `undefined`: none answers. Never rejects. Absent: no server is verified. */
  readonly identifyServer?: (
    baseUrl: string,
    signal: AbortSignal,
  ) => Promise<Pick<IdentifiedEndpoint, 'kind' | 'label'> | undefined>;
};

export function provider(config: ProviderConfig, parts: ProviderDeps) {
  const { http, keys, now, onChange, identifyServer } = parts;
  const { name, definition, baseUrl, label } = config;
  const owner: KeyOwner = {
    provider: name,
    origin: new URL(baseUrl).origin,
    ...(config.keyEnv ? { keyEnv: config.keyEnv } : {}),
    ...(name === definition.kind && definition.baseUrl
      ? { usualOrigin: new URL(definition.baseUrl).origin }
      : {}),
  };
  const queue = new PQueue({ concurrency: atOnce[config.source] });
  const pool = keyPool({
    provider: name,
    label,
    required: definition.key === 'required',
    keys: { names: () => keys.names(owner), all: () => keys.all(owner) },
    now,
    onChange,
  });
  const health = providerHealth({
    now,
    elapsed,
    keys: pool,
    onChange,
    onModelGone: () => void refresh(),
  });
  const connection: EngineConnection = {
    provider: name,
    label,
    definition,
    baseUrl,
    http,
    keys: pool,
    limits: config.timeouts,
    ...(config.models ? { models: config.models } : {}),
  };
  const raw = connectEngine(connection);
  const engine: Engine = composePolicies(
    health.watch,
    retry({
      ...retryOptions,
      // A local engine that loads a model answers in the end; nobody else would.
      retryBudgetMs: { ...retryOptions.retryBudgetMs, loading: config.timeouts.firstPartMs },
    }),
    concurrencyLimit(queue),
    keyFailover(pool, pool.count),
  )(raw);

  let modelList: readonly ModelInfo[] | undefined;
  let listFailure: RumboError | undefined;
  let listing: Promise<void> | undefined;
  let resets = 0;
  let listedAtMs = Number.NEGATIVE_INFINITY;
  let lastOutcome: ProviderStatus['lastOutcome'];

  const keyless = () => definition.key === 'required' && keys.location(owner) === 'none';

  /** Any program may listen at a default address, so the server there must be identified first. */
  const isGuess = config.source === 'local' && !config.userDefined && baseUrl === definition.baseUrl;
  const listBy = async (signal: AbortSignal): Promise<readonly ModelInfo[]> => {
    const server = isGuess ? await identifyServer?.(baseUrl, signal) : undefined;
    if (server === undefined || server.kind === definition.kind) return raw.listModels(signal);
    throw new RumboError(`${server.label} answers at ${new URL(baseUrl).host}, not ${label}.`, {
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
      [modelList, listFailure] = [found, undefined];
      health.onModelsListed();
      parts.onModelsListed?.(name);
    }
  };

  /** Asks for the model list; two calls share one request. Never rejects: the state says how it went. */
  function refresh(): Promise<void> {
    if (!config.enabled || keyless()) return Promise.resolve();
    if (listing) return listing;
    const mine = list().finally(() => {
      if (listing === mine) listing = undefined;
      onChange();
    });
    listing = mine;
    return mine;
  }

  /** What keeps out the provider, or else every model it is known to have. */
  const resting = (): TimedCooldown | undefined => {
    const cooldown = health.cooldown();
    if (cooldown) return cooldown;
    const rests = (config.models ?? modelList?.map((info) => info.name) ?? []).map(health.cooldownOf);
    if (rests.length === 0 || rests.includes(undefined)) return;
    return rests.filter((each) => each !== undefined).sort((one, other) => one.untilMs - other.untilMs)[0];
  };

  const state = (): ProviderState => {
    if (!config.enabled) return 'off';
    if (keyless()) return 'no-key';
    const cooldown = resting();
    // A refused key is tried again now and then, but only the user can mend it.
    if (cooldown) return cooldown.rule === 'key' ? 'no-key' : 'cooling-down';
    if (listFailure) return listFailure.kind === 'unauthorized' ? 'no-key' : 'unreachable';
    if (modelList || lastOutcome?.outcome === 'ok') return 'ready';
    return listing !== undefined ? 'checking' : 'unknown';
  };

  const restingModel = (model: string): ModelCooldown[] => {
    const cooldown = health.cooldown() ? undefined : health.cooldownOf(model);
    if (!cooldown) return [];
    const until = new Date(cooldown.untilMs).toISOString();
    return [
      { model, circuit: health.circuitStateOf(model), rule: cooldown.rule, reason: cooldown.reason, until },
    ];
  };

  return {
    config,
    engine,
    owner,
    /** For what is asked of its service beside answers and its list; how that goes says nothing about its keys. */
    nativeApi: nativeApi({ ...connection, keys: withoutBlame(pool) }),
    get modelList() {
      return modelList;
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
      return modelList?.length ?? 0;
    },
    /** Why it may not be asked now. */
    cooldown(): Cooldown | undefined {
      if (keyless()) return { rule: 'no-key', reason: `${label} has no API key.` };
      const cooldown = health.cooldown();
      if (cooldown) return returning(cooldown);
      // A cloud list that failed says little about answers; their own circuit decides.
      if (config.source === 'api' || state() !== 'unreachable' || !listFailure) return;
      return { rule: 'unreachable', reason: listFailure.message };
    },
    /** Why this model may not be asked now although the provider may. */
    cooldownOf(model: string): Cooldown | undefined {
      if (keyless() || health.cooldown()) return;
      const cooldown = health.cooldownOf(model);
      return cooldown && returning(cooldown);
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
    recordOutcome(what: NonNullable<ProviderStatus['lastOutcome']>): void {
      lastOutcome = what;
      parts.onModelUsed?.(name, what.model);
      onChange();
    },
    status(models: ProviderStatus['models']): ProviderStatus {
      const cooldown = resting();
      const { untilMs } = cooldown ? returning(cooldown) : {};
      const detail = cooldown?.reason ?? listFailure?.message;
      const where = keys.location(owner);
      return {
        name,
        label,
        kind: definition.kind,
        source: config.source,
        origin: owner.origin,
        state: state(),
        ...(detail ? { detail } : {}),
        ...(cooldown ? { rule: cooldown.rule } : {}),
        ...(untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() }),
        circuit: health.circuitState(),
        key: where === 'none' && definition.key === 'optional' ? 'not-needed' : where,
        models,
        modelCooldowns: models.flatMap(({ name }) => restingModel(name)),
        windows: pool.windows(),
        keys: pool.count() > 1 ? pool.status() : [],
        ...(lastOutcome ? { lastOutcome } : {}),
        ...(config.note ? { note: config.note } : {}),
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
const returning = ({ rule, reason, untilMs }: TimedCooldown): Cooldown =>
  rule === 'key' ? { rule, reason } : { rule, reason, untilMs };
