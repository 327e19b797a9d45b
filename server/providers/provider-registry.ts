/** All providers together: made from the settings, kept while their settings stay, asked for their models. */
import type { Cooldown } from '../../shared/cooldowns.ts';
import type { Model } from '../../shared/models.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import type { EngineDefinition } from '../engines/engine.ts';
import type { TokensLeft } from '../routing/snapshot.ts';
import { describeModels, type RegistryFacts } from './models.ts';
import { type Provider, type ProviderDeps, provider } from './provider.ts';
import { type ProviderConfig, resolveProviderConfigs } from './provider-config.ts';

/** How old a local engine's list may be before a question looks again: engines come and go with their terminal. */
const freshMs = { down: 2_000, up: 60_000 };
/** How long a question waits for engines that were down; a closed loopback port says so at once. */
const patienceMs = 700;
/** How long it waits for the list of a provider it names. */
const pinnedPatienceMs = 5_000;

/** How long a description holds: the catalogue has prices that change on a date or by the hour. */
const describedMs = 60_000;

export type ProviderRegistryDeps = Omit<ProviderDeps, 'onModelsListed' | 'onModelUsed'> & {
  readonly definitions: readonly EngineDefinition[];
  readonly lookUp: (kind: string, name: string) => RegistryFacts;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export function providerRegistry(parts: ProviderRegistryDeps) {
  let providers = new Map<string, Provider>();
  let problems: readonly string[] = [];
  const listListeners: ((provider: string) => void)[] = [];
  const useListeners: ((provider: string, model: string) => void)[] = [];
  const providerDeps: ProviderDeps = {
    ...parts,
    onModelsListed(name) {
      for (const listener of listListeners) listener(name);
    },
    onModelUsed(name, model) {
      for (const listener of useListeners) listener(name, model);
    },
  };
  let modelSettings: Settings['models'] = {};
  /** By provider: the models, and of which list they were made when. */
  let known = new Map<string, { models: readonly Model[]; modelList: Provider['modelList']; atMs: number }>();

  let last: { readonly lists: readonly (readonly Model[])[]; readonly models: readonly Model[] } = {
    lists: [],
    models: [],
  };

  const local = () =>
    [...providers.values()].filter(({ config }) => config.source === 'local' && config.enabled);

  const modelsBy = ({ config, modelList }: Provider): readonly Model[] => {
    if (!config.enabled) return [];
    const before = known.get(config.name);
    if (before && before.modelList === modelList && parts.now() - before.atMs < describedMs)
      return before.models;
    const models = describeModels(config, modelList, parts.lookUp, modelSettings);
    known.set(config.name, { models, modelList, atMs: parts.now() });
    return models;
  };

  /** What is known of each model, by its id; of those whose provider may be asked. */
  const perModel = <What>(know: (each: Provider, model: string) => What | undefined): Map<string, What> => {
    const found = new Map<string, What>();
    for (const each of providers.values()) {
      if (each.cooldown()) continue;
      for (const { id, name } of modelsBy(each)) {
        const what = know(each, name);
        if (what !== undefined) found.set(id, what);
      }
    }
    return found;
  };

  return {
    /** Takes new settings; providers whose own settings stayed keep their lists, health and requests in flight. */
    configure(settings: Settings): void {
      const next = resolveProviderConfigs(
        settings.providers,
        parts.definitions,
        parts.env,
        settings['routing.timeouts'],
      );
      const before = providers;
      providers = new Map(
        next.providers.map((config) => {
          const old = before.get(config.name);
          const same = old && JSON.stringify(plain(old.config)) === JSON.stringify(plain(config));
          return [config.name, same ? old : provider(config, providerDeps)];
        }),
      );
      problems = next.problems;
      modelSettings = settings.models;
      known = new Map();
      parts.onChange();
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
    /** What is known of models has changed: they are described anew. */
    refreshModelFacts(): void {
      known = new Map();
      parts.onChange();
    },
    /** The same list as before while nothing has changed. */
    models(): readonly Model[] {
      const lists = [...providers.values()].map(modelsBy);
      if (lists.length !== last.lists.length || lists.some((list, at) => list !== last.lists[at]))
        last = { lists, models: lists.flat() };
      return last.models;
    },
    /** Providers that may not be asked now, and why. */
    cooldowns(): ReadonlyMap<string, Cooldown> {
      const cooldowns = new Map<string, Cooldown>();
      for (const [name, each] of providers) {
        const rest = each.cooldown();
        if (rest) cooldowns.set(name, rest);
      }
      return cooldowns;
    },
    /** Models that may not be asked now although their provider may, and why. */
    modelCooldowns: (): ReadonlyMap<string, Cooldown> => perModel((each, name) => each.cooldownOf(name)),
    /** Answers being given now or waiting for their turn, by provider. Missing: none. */
    inFlight(): ReadonlyMap<string, number> {
      const busy = new Map<string, number>();
      for (const [name, each] of providers) if (each.inFlight() > 0) busy.set(name, each.inFlight());
      return busy;
    },
    /** What is left of token windows, by model id. */
    tokensLeft: (): ReadonlyMap<string, TokensLeft> => perModel((each, name) => each.tokensLeft(name)),
    /**
     * Looks at the local engines that a question could use: waits shortly for those that were down, not at all for
     * those that are up. A cloud provider is contacted only when the question pins one of its models.
     * Returns at once when `signal` aborts; the lists go on, since they are everybody's.
     */
    async refreshForRequest(signal: AbortSignal, pinned?: string): Promise<void> {
      const down = local().filter((each) => each.state() !== 'ready' && each.listAgeMs() > freshMs.down);
      for (const each of local()) {
        if (each.state() === 'ready' && each.listAgeMs() > freshMs.up) void each.refresh();
      }
      const named = pinned === undefined ? undefined : providers.get(pinned);
      const unlisted = named?.modelList === undefined && (named?.listAgeMs() ?? 0) > freshMs.down;
      if (named && unlisted && named.config.source === 'api') down.push(named);
      const looks = down.map((each) => ({ each, done: each.refresh() }));
      // A question that names a provider has nobody else to wait for.
      const awaited = looks.filter(({ each }) => named === undefined || each === named);
      if (awaited.length === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, named ? pinnedPatienceMs : patienceMs);
      signal.addEventListener('abort', () => resolve(), { once: true });
      await Promise.race([Promise.all(awaited.map(({ done }) => done)), promise]);
      clearTimeout(timer);
    },
    /** Asks for model lists now: one provider, or every local one and those cloud ones that have answered before. */
    async refresh(name?: string): Promise<void> {
      const all = [...providers.values()];
      const asked = all.filter((each) =>
        name === undefined
          ? each.config.source === 'local' || each.modelList !== undefined
          : each.config.name === name,
      );
      await Promise.all(asked.map((each) => each.refresh()));
    },
    /** Asks the engines on this machine, and those of the user's own, for their lists now. */
    async refreshLocal(): Promise<void> {
      await Promise.all(local().map((each) => each.refresh()));
    },
    status: (): ProviderStatus[] => [...providers.values()].map((each) => each.status(modelsBy(each))),
  };
}

export type ProviderRegistry = ReturnType<typeof providerRegistry>;

/** Without functions and wire format, which are the same for a kind. */
const plain = ({ definition, ...rest }: ProviderConfig) => ({ ...rest, kind: definition.kind });
