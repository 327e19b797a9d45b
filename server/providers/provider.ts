/** One provider: its engine behind the resilience policies, its model list, its health, and its last outcome. */
import type { Usage } from '../../shared/chat.ts';
import type { Cooldown, TimedCooldown } from '../../shared/cooldowns.ts';
import { RumboError } from '../../shared/errors.ts';
import type { RequestRules } from '../../shared/request-rules.ts';
import type { ProviderState, ProviderStatus } from '../../shared/status.ts';
import { connectEngine, type EngineConnection } from '../engines/connect.ts';
import type { Engine } from '../engines/engine.ts';
import type { KeySource } from '../engines/key-source.ts';
import { nativeApi } from '../engines/native-api.ts';
import type { ModelRequestRules } from '../models/request-rules.ts';
import type { Http } from '../platform/http.ts';
import { concurrencyLimit } from '../resilience/concurrency-limit.ts';
import { type ProviderHealth, providerHealth } from '../resilience/health.ts';
import { inabilities } from '../resilience/inabilities.ts';
import { keyFailover } from '../resilience/key-failover.ts';
import { type KeyPool, keyPool } from '../resilience/key-pool.ts';
import { composePolicies } from '../resilience/policy.ts';
import { type RequestLimit, requestLimit } from '../resilience/request-limit.ts';
import { retry } from '../resilience/retry.ts';
import { type SlotQueue, slotQueue } from '../resilience/slot-queue.ts';
import type { TokensLeft } from '../routing/snapshot.ts';
import type { KeyStore } from '../secrets/keys.ts';
import { type IdentifyServer, modelList } from './model-list.ts';
import type { ProviderConfig } from './provider-config.ts';
import { fixedKey, keyTestTimeoutMs, providerKeys } from './provider-keys.ts';
import { type ProviderStatusInput, providerState, providerStatus } from './provider-status.ts';

/** With another candidate available, two seconds are a long wait for a user; without one, a minute is acceptable. */
const retryOptions = {
  maxAttempts: 3,
  baseDelayMs: 500,
  maxDelayMs: 8_000,
  retryBudgetMs: { default: 2_000, lastResort: 60_000 },
} as const;

/** Monotonic milliseconds: the system clock may be set back. */
const elapsed = () => performance.now();

export type ProviderDeps = {
  readonly http: Http;
  readonly keys: KeyStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called after each change a user could see. */
  readonly onChange: () => void;
  /** Called with the provider's name when its model list has arrived. */
  readonly onModelsListed?: (provider: string) => void;
  /** Called when a request to one of its models has ended. */
  readonly onModelUsed?: (provider: string, model: string) => void;
  /** Called when a model has refused to do something that the list or the registry had not excluded. */
  readonly onAbilityLearned?: () => void;
  /** Absent: no server is verified. */
  readonly identifyServer?: IdentifyServer;
  /** What refusals stated about models. Absent: it is kept as long as the provider. */
  readonly requestRules?: Pick<ModelRequestRules, 'ofProvider'>;
};

/** Which of a provider's models are available at one time. */
export type ProviderAvailability = {
  /** Why no model is available. Absent: models are. */
  readonly cooldown?: Cooldown;
  /** Models that are not available although the provider is, by name. */
  readonly modelCooldowns: ReadonlyMap<string, Cooldown>;
  /** What is left of the token windows, by the model's name. Missing: not reported, or enough. */
  readonly tokensLeft: ReadonlyMap<string, TokensLeft>;
};

export function provider(config: ProviderConfig, deps: ProviderDeps) {
  const { keys, now, onChange } = deps;
  const { name, label } = config;
  const ownKeys = providerKeys(config, keys);
  const { owner } = ownKeys;
  const pool = keyPool({
    provider: name,
    label,
    required: config.definition.key === 'required',
    keys: ownKeys.source,
    now,
    onChange,
  });
  const limit = requestLimitOf(config, pool);
  const queue = slotQueue(limit.admits);
  const refused = inabilities({ elapsed, onLearned: () => deps.onAbilityLearned?.() });
  const health = providerHealth({
    now,
    elapsed,
    keys: pool,
    onChange,
    onModelGone: () => void refresh(),
    onFailure: refused.onFailure,
  });
  const rules = deps.requestRules?.ofProvider(config, (model) =>
    list.models()?.find((each) => each.name === model),
  );
  const connection = { ...connectionTo(config, deps.http, pool), ...(rules ? { rules } : {}) };
  const engineWithoutPolicies = connectEngine(connection);
  const list = modelList({
    config,
    engine: engineWithoutPolicies,
    identifyServer: deps.identifyServer,
    elapsed,
    onListed() {
      health.onModelsListed();
      deps.onModelsListed?.(name);
    },
    onChange,
  });
  let lastOutcome: ProviderStatus['lastOutcome'];

  /** Requests the model list, unless the provider is off or has no key. Never rejects: the state shows the result. */
  const refresh = (): Promise<void> =>
    config.enabled && !ownKeys.areMissing() ? list.refresh() : Promise.resolve();

  const facts = (): ProviderStatusInput => ({
    config,
    origin: owner.origin,
    keyLocation: keys.location(owner),
    keyProblem: keys.problem(owner),
    health,
    keys: pool,
    listedModels: list.models(),
    listFailure: list.failure(),
    isListing: list.isPending(),
    lastOutcome,
  });
  const state = (): ProviderState => providerState(facts());
  const cooldown = (): Cooldown | undefined => {
    if (ownKeys.areMissing()) return ownKeys.missingCooldown();
    const ofHealth = health.cooldown();
    if (ofHealth) return hideUncertainEnd(ofHealth);
    const failure = list.failure();
    // A cloud list that failed says little about answers; their own circuit decides.
    if (!failure || config.source === 'api' || state() !== 'unreachable') return;
    return { rule: 'unreachable', reason: failure.message };
  };

  return {
    config,
    engine: withPolicies(engineWithoutPolicies, { config, queue, limit, pool, health }),
    /** `false` for each ability that the model has refused lately. */
    refusedAbilities: refused.of,
    owner,
    /** For requests to the engine's own API; their failures say nothing about the keys. */
    nativeApi: nativeApi({ ...connection, keys: withoutFailures(pool) }),
    get modelList() {
      return list.models();
    },
    /** Whether the model works as far as known. */
    isStable: health.isStable,
    /** Answers in progress or waiting in the queue, whatever sent the requests. */
    inFlight: () => queue.size(),
    /** Milliseconds since the last request for the list ended; infinite when there was none. */
    listAgeMs: list.ageMs,
    state,
    refresh,
    whenBack: list.whenBack,
    /**
     * Requests the list with the provider's key. Returns how many models it has; rejects with what is wrong, or when the
     * provider is switched off: then nothing is sent.
     */
    async test(): Promise<number> {
      if (!config.enabled) throw switchedOffError(config);
      if (ownKeys.areMissing()) throw ownKeys.missingError();
      await refresh();
      const failure = list.failure();
      if (failure) throw failure;
      return list.models()?.length ?? 0;
    },
    /**
     * Requests the list with a key that is not saved yet. Returns how many models it has, `undefined` when the provider is
     * switched off: then nothing is sent. Rejects with what is wrong.
     */
    testKey: (key: string): Promise<number | undefined> =>
      config.enabled ? countModels(config, deps.http, key) : Promise.resolve(undefined),
    /** Why no model of it is available now. */
    cooldown,
    availability(): ProviderAvailability {
      const ofProvider = cooldown();
      if (ofProvider) return { cooldown: ofProvider, modelCooldowns: none, tokensLeft: none };
      const cooldowns = health.modelCooldowns();
      const notAllowed = pool.modelsNotAllowed(list.models() ?? []);
      return { modelCooldowns: shownCooldowns(cooldowns, notAllowed), tokensLeft: pool.tokensLeftByModel() };
    },
    /** Its key changed, or the user wants a fresh start. */
    reset: () => {
      keys.retry(owner);
      list.reset();
      pool.reset();
      health.reset();
      refused.reset();
    },
    recordOutcome(outcome: NonNullable<ProviderStatus['lastOutcome']>): void {
      lastOutcome = outcome;
      deps.onModelUsed?.(name, outcome.model);
      onChange();
    },
    /** An answer of the model was complete, and its usage is not an estimate. */
    recordUsage: (model: string, usage: Usage): void => rules?.onAnswered(model, usage),
    /** What refusals stated about how the model has to be asked. */
    rulesOf: (model: string): RequestRules => rules?.of(model) ?? noRules,
    /** A request to the model was cancelled; its engine may have loaded it all the same. */
    recordCancel(model: string): void {
      deps.onModelUsed?.(name, model);
      onChange();
    },
    status: (models: ProviderStatus['models']): ProviderStatus => providerStatus(facts(), models),
  };
}

const noRules: RequestRules = {};

export type Provider = ReturnType<typeof provider>;

const requestLimitOf = (
  { source, maxConcurrentRequests, definition }: ProviderConfig,
  { requestsPerWindow }: Pick<KeyPool, 'requestsPerWindow'>,
) =>
  requestLimit({
    source,
    maxConcurrentRequests,
    parallelRequests: definition.parallelRequests,
    requestsPerWindow,
  });

const none: ReadonlyMap<string, never> = new Map<string, never>();

const connectionTo = (
  { name, label, definition, baseUrl, timeouts, models, headers }: ProviderConfig,
  http: Http,
  keys: KeySource,
): EngineConnection => ({
  provider: name,
  label,
  // The key's own header wins.
  definition: headers
    ? { ...definition, headers: (key) => ({ ...headers, ...definition.headers(key) }) }
    : definition,
  baseUrl,
  http,
  keys,
  limits: timeouts,
  ...(models ? { models } : {}),
});

function withPolicies(
  engine: Engine,
  {
    config,
    queue,
    limit,
    pool,
    health,
  }: {
    readonly config: ProviderConfig;
    readonly queue: SlotQueue;
    readonly limit: RequestLimit;
    readonly pool: KeyPool;
    readonly health: ProviderHealth;
  },
): Engine {
  // A local engine that loads a model answers in the end, and no other candidate is left.
  const retryBudgetMs = { ...retryOptions.retryBudgetMs, loading: config.timeouts.firstPartMs };
  // Outermost first. Health counts a call once, with its last result. Retry holds no slot while it waits. Within one
  // slot the next key is used at once.
  return composePolicies(
    health.watch,
    retry({ ...retryOptions, retryBudgetMs, isStable: health.isStable }),
    concurrencyLimit(queue, limit),
    keyFailover(pool, pool.count),
  )(engine);
}

async function countModels(config: ProviderConfig, http: Http, key: string): Promise<number> {
  const engine = connectEngine(connectionTo(config, http, fixedKey(key)));
  return (await engine.listModels(AbortSignal.timeout(keyTestTimeoutMs))).length;
}

const switchedOffError = ({ name, label }: ProviderConfig): RumboError =>
  new RumboError(`${label} is switched off, so it was not tested.`, {
    kind: 'no-candidate',
    provider: name,
    action: 'Set its enabled to true in rumbo.providers.',
  });

/** A service may accept a key for answers and refuse it elsewhere. One error for all, since each costs a stack trace. */
const unrelatedFailure = new RumboError('The request says nothing about the key.', { kind: 'cancelled' });
const withoutFailures = ({ acquire, hasKey }: KeySource): KeySource => ({
  hasKey,
  async acquire() {
    const { key, release } = await acquire();
    return { key, reportLimits() {}, release: () => release(unrelatedFailure) };
  },
});

const shownCooldowns = (...all: ReadonlyMap<string, TimedCooldown>[]): ReadonlyMap<string, Cooldown> =>
  all.every(({ size }) => size === 0)
    ? none
    : new Map(
        all.flatMap((each) => [...each].map(([model, cooldown]) => [model, hideUncertainEnd(cooldown)])),
      );

/** For routing and views: the cool-down of a refused key ends when the user replaces it, not at the time of the next test. */
const hideUncertainEnd = ({ rule, reason, untilMs }: TimedCooldown): Cooldown =>
  rule === 'key' ? { rule, reason } : { rule, reason, untilMs };
