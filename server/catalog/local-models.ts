/** The models of local engines: their states, pulling, loading and unloading them, and which ones to recommend. */
import { type ModelId, providerOf } from '../../shared/chat.ts';
import type { EnsureProgress, EnsureResult, LocalUse } from '../../shared/local-models.ts';
import type { Model } from '../../shared/models.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import type { LoadOptions } from '../engines/local-engine.ts';
import { modelLifecycle } from '../models/lifecycle.ts';
import { loadTimes } from '../models/load-times.ts';
import { type LocalEngine, localEngine } from '../models/local-engine.ts';
import { localModelStates } from '../models/local-model-states.ts';
import { recommendLocalModels } from '../models/recommended-models.ts';
import type { Provider } from '../providers/provider.ts';

export type LocalModelsProvider = Pick<Provider, 'config' | 'modelList' | 'nativeApi' | 'refresh'>;

export type LocalModelsDeps = {
  readonly providers: {
    get(name: string): LocalModelsProvider | undefined;
    models(): readonly Model[];
  };
  readonly settings: () => Settings;
  /** May name the folders in which engines keep their models. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A folder for what outlives the server. Absent: nothing is written. */
  readonly storagePath: string | undefined;
  /** Called after each change a user could see. */
  readonly onChanged: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

export function localModels({ providers, settings, env, storagePath, onChanged, now }: LocalModelsDeps) {
  const closing = new AbortController();
  const engines = new WeakMap<LocalModelsProvider, LocalEngine | undefined>();
  const engineOf = (name: string): LocalEngine | undefined => {
    const provider = localProvider(providers, name);
    // What only stands by is neither managed nor offered models to pull.
    if (!provider || provider.config.standby) return;
    if (!engines.has(provider)) engines.set(provider, localEngine(provider.config, provider.nativeApi, env));
    return engines.get(provider);
  };
  const times = loadTimes(storagePath);
  const states = localModelStates({ loadTimes: times, onChanged, now });
  const lifecycle = modelLifecycle({
    engineOf,
    states,
    loadTimes: times,
    loadOptions: () => toLoadOptions(settings()['local.keepAliveMinutes']),
  });
  /** Computed again when the models or what engines report of them has changed. */
  let recommendations:
    | {
        readonly models: readonly Model[];
        readonly changes: number;
        readonly byUse: ReturnType<typeof recommendLocalModels>;
      }
    | undefined;

  /** A failure is not reported here: it shows in the state of the provider. */
  const refreshStates = (provider: string): void => {
    if (engineOf(provider)) lifecycle.refresh(provider, closing.signal).catch(() => {});
  };

  return {
    /** The provider's list has arrived. */
    onModelsListed: refreshStates,
    /** A request went to the model: its engine may have loaded it, and unloaded another. */
    onModelUsed(provider: string, model: string): void {
      const isCold = states.coldStartMs(`${provider}/${model}`) !== 0;
      if (isCold && states.localModels(provider).some(({ name }) => name === model)) refreshStates(provider);
    },
    coldStarts: states.coldStarts,
    /** Whether a request to the model waits until its engine has loaded it; if so, the engine is asked again meanwhile. */
    isLoading(model: ModelId): boolean {
      const isCold = states.isCold(model);
      if (isCold) refreshStates(providerOf(model));
      return isCold;
    },
    /** Local models that are good for this use, best first. */
    recommendedLocal(use: LocalUse): readonly ModelId[] {
      const models = providers.models();
      const changes = states.changes();
      if (recommendations?.models === models && recommendations.changes === changes)
        return recommendations.byUse[use];
      const installed = models.flatMap(({ source, id, provider, name }) => {
        if (source !== 'local') return [];
        const sizeBytes = states.localModels(provider).find((each) => each.name === name)?.sizeBytes;
        return [{ id, name, ...(sizeBytes === undefined ? {} : { sizeBytes }) }];
      });
      recommendations = { models, changes, byUse: recommendLocalModels(installed) };
      return recommendations.byUse[use];
    },
    /** Makes a local model ready; when this resolves it is in its provider's list. Rejects with `RumboError`. */
    async ensure(
      model: ModelId,
      report: (progress: EnsureProgress) => void,
      signal: AbortSignal,
    ): Promise<EnsureResult> {
      const result = await lifecycle.ensure(model, report, signal);
      const provider = providers.get(providerOf(result.model));
      const isListed = () =>
        provider?.modelList?.some(({ name }) => result.model === `${provider.config.name}/${name}`);
      // A list request that is already in flight may have begun before the model existed.
      for (let attempt = 0; attempt < 2 && !isListed(); attempt++) await provider?.refresh();
      return result;
    },
    unload: lifecycle.unload,
    /** Adds the states of its models to the status of a provider. */
    withLocalModels: (status: ProviderStatus): ProviderStatus =>
      engineOf(status.name) ? { ...status, local: states.localModels(status.name) } : status,
    dispose: () => closing.abort(),
  };
}

/** An enabled engine on this machine or on another one of the user's. */
export function localProvider(
  providers: Pick<LocalModelsDeps['providers'], 'get'>,
  name: string,
): LocalModelsProvider | undefined {
  const provider = providers.get(name);
  return provider?.config.source === 'local' && provider.config.enabled ? provider : undefined;
}

/** @param minutes `null`: the engine's own setting. Negative: without end */
const toLoadOptions = (minutes: number | null): LoadOptions =>
  minutes === null ? {} : { keepAliveSeconds: minutes < 0 ? -1 : minutes * 60 };
