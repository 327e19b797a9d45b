/** The models of all providers, described from their lists, their engines, the registry and the settings. */
import { type ModelId, modelId, providerOf } from '../../shared/chat.ts';
import type { Model } from '../../shared/models.ts';
import type { Settings } from '../../shared/settings.ts';
import { findModelNamed } from '../engines/model-names.ts';
import { listedPreferences, type NamedPreferences } from './listed-preferences.ts';
import { type EngineFacts, type LoadedContexts, withLoadedContexts } from './model-context.ts';
import { describeModels, type RegistryFacts } from './models.ts';
import type { Provider } from './provider.ts';

/** Milliseconds a model's facts are valid: the catalogue has prices that change on a date or by the hour. */
const factsTtlMs = 60_000;

export type DescribedModelsDeps = {
  /** The current providers, by name. */
  readonly providers: () => ReadonlyMap<string, Provider>;
  /** The settings of the user's models. */
  readonly settings: () => Settings['models'];
  readonly lookUp: (kind: string, name: string) => RegistryFacts;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

type Described = {
  readonly models: readonly Model[];
  /** The list that they were made from. */
  readonly modelList: Provider['modelList'];
  /** Milliseconds since 1970. */
  readonly atMs: number;
};

export function describedModels({ providers, settings, lookUp, now }: DescribedModelsDeps) {
  let described = new Map<string, Described>();
  /** The models of all providers, and since when the oldest of them are described. Absent: a list or a setting changed. */
  let allModels: { readonly models: readonly Model[]; readonly atMs: number } | undefined;
  /** What the engines report of their models. Absent before `useEngineFacts`. */
  let engineFacts: ((id: ModelId) => EngineFacts | undefined) | undefined;
  /** By provider, with the list that they were last read from. */
  const contexts = new Map<
    string,
    { readonly from: Provider['modelList']; readonly loaded: LoadedContexts }
  >();
  /** What the settings prefer, for these settings and models. */
  let preferred:
    | { readonly of: readonly [Settings, readonly Model[]]; readonly named: NamedPreferences }
    | undefined;

  const isFresh = ({ atMs }: { readonly atMs: number }) => now() - atMs < factsTtlMs;

  const contextsOf = (provider: string, modelList: Provider['modelList']): LoadedContexts => {
    const before = contexts.get(provider);
    if (before && before.from === modelList) return before.loaded;
    const configured = (model: string) => engineFacts?.(modelId(provider, model))?.configuredContextTokens;
    const loaded = withLoadedContexts(before?.loaded ?? { byModel: new Map() }, modelList ?? [], configured);
    contexts.set(provider, { from: modelList, loaded });
    return loaded;
  };

  const describe = ({ config, modelList, refusedAbilities, rulesOf }: Provider): Described => {
    const before = described.get(config.name);
    if (before && before.modelList === modelList && isFresh(before)) return before;
    const sources = {
      lookUp,
      engineFacts: (id: ModelId) => ({
        ...engineFacts?.(id),
        ...refusedAbilities(id.slice(config.name.length + 1)),
      }),
      rulesOf,
      contexts: contextsOf(config.name, modelList),
    };
    const models = config.enabled ? describeModels(config, modelList, sources, settings()) : [];
    const after = { models, modelList, atMs: now() };
    described.set(config.name, after);
    return after;
  };

  /** The models of all providers. The same array until a list, a setting or a fact changes. */
  const all = (): readonly Model[] => {
    if (allModels && isFresh(allModels)) return allModels.models;
    const each = [...providers().values()].map(describe);
    const models = each.flatMap((one) => one.models);
    allModels = { models, atMs: Math.min(now(), ...each.map(({ atMs }) => atMs)) };
    return models;
  };

  /**
   * The id by which its provider lists the model that a user calls by this one: its owner may leave out a tag or a registry,
   * or write them. The id itself where no provider lists it.
   */
  const listedId = (id: string): string => {
    const provider = providers().get(providerOf(id));
    const names = provider?.config.definition.modelNames;
    if (!provider || !names) return id;
    const name = id.slice(provider.config.name.length + 1);
    return findModelNamed(names, describe(provider).models, name)?.id ?? id;
  };

  /** A setting or a fact has changed: all are described anew. */
  const invalidate = (): void => {
    described = new Map();
    allModels = undefined;
  };

  return {
    all,
    of: (provider: Provider): readonly Model[] => describe(provider).models,
    listedId,
    /** What the settings prefer, with the names by which providers list the models. */
    preferences(now: Settings): NamedPreferences {
      const models = all();
      if (preferred?.of[0] !== now || preferred.of[1] !== models)
        preferred = { of: [now, models], named: listedPreferences(now, listedId) };
      return preferred.named;
    },
    /** Calls this for what the engine that runs a model reports of it, whenever models are described. */
    useEngineFacts(source: (id: ModelId) => EngineFacts | undefined): void {
      engineFacts = source;
      invalidate();
    },
    invalidate,
    /** A list has arrived. */
    onModelsListed(): void {
      allModels = undefined;
    },
  };
}
