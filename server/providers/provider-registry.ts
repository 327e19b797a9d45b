/** All providers: created from the settings, kept while their own settings stay the same, with their models. */
import type { Cooldown } from '../../shared/cooldowns.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import type { EngineDefinition } from '../engines/engine.ts';
import { availabilityReader } from './availability.ts';
import { describedModels } from './described-models.ts';
import type { RegistryFacts } from './models.ts';
import { type Provider, type ProviderDeps, provider } from './provider.ts';
import { type ProviderConfig, resolveProviderConfigs } from './provider-config.ts';

/** Milliseconds after which a request refreshes the list of a local engine: engines start and stop with their terminal. */
const maxListAgeMs = { down: 2_000, up: 60_000 };
/** Milliseconds a request waits for engines that were down; a closed loopback port refuses at once. */
const maxWaitMs = 700;
/** Milliseconds it waits for the list of the provider it is pinned to. */
const maxPinnedWaitMs = 5_000;
export type ProviderRegistryDeps = Omit<
  ProviderDeps,
  'onModelsListed' | 'onModelUsed' | 'onAbilityLearned'
> & {
  readonly definitions: readonly EngineDefinition[];
  readonly lookUp: (kind: string, name: string) => RegistryFacts;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export function providerRegistry(deps: ProviderRegistryDeps) {
  let providers = new Map<string, Provider>();
  let enabledLocal: readonly Provider[] = [];
  const availability = availabilityReader();
  let problems: readonly string[] = [];
  let modelSettings: Settings['models'] = {};
  const models = describedModels({
    ...deps,
    providers: () => providers,
    settings: () => modelSettings,
  });
  const listListeners: ((provider: string) => void)[] = [];
  const useListeners: ((provider: string, model: string) => void)[] = [];
  const providerDeps: ProviderDeps = {
    ...deps,
    onModelsListed(name) {
      models.onModelsListed();
      for (const listener of listListeners) listener(name);
    },
    onAbilityLearned: models.invalidate,
    onModelUsed(name, model) {
      for (const listener of useListeners) listener(name, model);
    },
  };

  return {
    /** Takes new settings; providers whose own settings stay keep their lists, health and requests in flight. */
    configure(settings: Settings): void {
      const next = resolveProviderConfigs(
        settings.providers,
        deps.definitions,
        deps.env,
        settings['routing.timeouts'],
      );
      const before = providers;
      providers = new Map(
        next.providers.map((config) => {
          const old = before.get(config.name);
          return [
            config.name,
            old && isSameConfig(old.config, config) ? old : provider(config, providerDeps),
          ];
        }),
      );
      enabledLocal = [...providers.values()].filter(
        ({ config }) => config.source === 'local' && config.enabled,
      );
      problems = next.problems;
      modelSettings = settings.models;
      models.invalidate();
      deps.onChange();
    },
    /** Calls this with the name of each provider that has listed its models. */
    onModelsListed: (listener: (provider: string) => void): void => void listListeners.push(listener),
    /** Calls this after each attempt at a model. */
    onModelUsed: (listener: (provider: string, model: string) => void): void =>
      void useListeners.push(listener),
    get: (name: string) => providers.get(name),
    all: (): readonly Provider[] => [...providers.values()],
    names: () => [...providers.keys()],
    problems: () => problems,
    /** The registry's facts about models have changed: the models are described anew. */
    refreshModelFacts(): void {
      models.invalidate();
      deps.onChange();
    },
    /** The models of all providers. The same array until a list, a setting or a fact changes. */
    models: models.all,
    listedId: models.listedId,
    preferences: models.preferences,
    useEngineFacts: models.useEngineFacts,
    /** What engines report of their models has changed. */
    onEngineFactsChanged: models.invalidate,
    /** Providers that get no requests now, and why. */
    cooldowns(): ReadonlyMap<string, Cooldown> {
      const cooldowns = new Map<string, Cooldown>();
      for (const [name, each] of providers) {
        const cooldown = each.cooldown();
        if (cooldown) cooldowns.set(name, cooldown);
      }
      return cooldowns;
    },
    /** Which providers and models are available now, and how many requests each provider has in flight. */
    availability: () => availability.read(providers),
    /**
     * Refreshes the lists of the local engines that a request could use: waits briefly for those that were down, not at
     * all for those that are up. A cloud provider is contacted only when the request is pinned to one of its models.
     * Returns at once when `signal` aborts; the lists still arrive, since other requests use them too.
     */
    refreshForRequest: (signal: AbortSignal, pinned?: string): Promise<void> =>
      refreshForRequest(enabledLocal, pinned === undefined ? undefined : providers.get(pinned), signal),
    /** Requests model lists now: of one provider, or of every local one and of each cloud one that has listed before. */
    async refresh(name?: string): Promise<void> {
      const chosen = [...providers.values()].filter((each) =>
        name === undefined
          ? each.config.source === 'local' || each.modelList !== undefined
          : each.config.name === name,
      );
      await Promise.all(chosen.map((each) => each.refresh()));
    },
    /** Requests the lists of the engines on this machine and of the user's own servers now. */
    async refreshLocal(): Promise<void> {
      await Promise.all(enabledLocal.map((each) => each.refresh()));
    },
    status: (): ProviderStatus[] => [...providers.values()].map((each) => each.status(models.of(each))),
  };
}

export type ProviderRegistry = ReturnType<typeof providerRegistry>;

/** Functions and wire format are the same for each kind, so the kind stands for them. */
const isSameConfig = (one: ProviderConfig, other: ProviderConfig): boolean =>
  JSON.stringify(comparable(one)) === JSON.stringify(comparable(other));
const comparable = ({ definition, ...config }: ProviderConfig) => ({ ...config, kind: definition.kind });

async function refreshForRequest(
  enabledLocal: readonly Provider[],
  pinned: Provider | undefined,
  signal: AbortSignal,
): Promise<void> {
  const refreshed: { each: Provider; done: Promise<void> }[] = [];
  const refresh = (each: Provider) => refreshed.push({ each, done: each.refresh() });
  for (const each of enabledLocal) {
    const ageMs = each.listAgeMs();
    if (ageMs <= maxListAgeMs.down) continue;
    if (each.state() !== 'ready') refresh(each);
    else if (ageMs > maxListAgeMs.up) void each.refresh();
  }
  const isUnlisted = pinned?.config.source === 'api' && pinned.modelList === undefined;
  if (pinned && isUnlisted && pinned.listAgeMs() > maxListAgeMs.down) refresh(pinned);
  // A pinned request waits for its own provider only.
  const awaited = refreshed.filter(({ each }) => pinned === undefined || each === pinned);
  if (awaited.length === 0) return;
  const lists = awaited.map(({ done }) => done);
  await allWithin(lists, pinned ? maxPinnedWaitMs : maxWaitMs, signal);
}

/** Resolves when all have, after this many milliseconds, or when `signal` aborts. */
async function allWithin(
  all: readonly Promise<void>[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const onAbort = () => stop();
  const timer = setTimeout(stop, timeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([Promise.all(all), stopped]);
  clearTimeout(timer);
  signal.removeEventListener('abort', onAbort);
}
