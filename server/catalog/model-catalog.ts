/** What is known of the models of all providers, and what is done with those on this machine. */
import { totalmem } from 'node:os';
import type { ModelId } from '../../shared/chat.ts';
import { providerOf } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import type { EnsureProgress, EnsureResult, LocalUse, ModelSuggestion } from '../../shared/local-models.ts';
import type { ModelDetails } from '../../shared/model-details.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import { detailService } from '../models/detail-service.ts';
import { localEngine } from '../models/engines/table.ts';
import { type LocalEngine, modelLifecycle } from '../models/lifecycle.ts';
import { loadTimes } from '../models/load-times.ts';
import { engineLoader, toListedModel } from '../models/loaders/engine.ts';
import {
  cheapestDescriber,
  type LlmDescriptionDeps,
  llmDescriptionLoader,
} from '../models/loaders/llm-description.ts';
import type { NativeGet } from '../models/loaders/native.ts';
import { registryLoader } from '../models/loaders/registry.ts';
import { engineDetails } from '../models/loaders/table.ts';
import type { LoadOptions } from '../models/local-engine.ts';
import { type ModelSource, modelService } from '../models/model-service.ts';
import type { ListedModel } from '../models/model-set.ts';
import { modelsStore } from '../models/models-store.ts';
import { nativeApi, nativeRoot } from '../models/native-api.ts';
import { recommendLocalModels } from '../models/recommended-models.ts';
import { localModelRequests } from '../models/requests.ts';
import { suggestModels } from '../models/suggestions.ts';
import type { Provider } from '../providers/provider.ts';
import type { ProviderRegistry, ProviderRegistryDeps } from '../providers/provider-registry.ts';
import type { MergedFacts } from '../registry/merged-facts.ts';

export type ModelCatalogDeps = {
  readonly providers: ProviderRegistry;
  readonly env: ProviderRegistryDeps['env'];
  /** A folder for what outlives the server. Absent: nothing is written. */
  readonly storagePath: string | undefined;
  readonly settings: () => Settings;
  readonly lookUp: (kind: string, name: string) => MergedFacts;
  /** Sends `$/progress` on a token. */
  readonly progress: (token: string | number, progress: EnsureProgress) => Promise<void>;
  readonly warn: (message: string) => void;
  /** Called after each change a user could see. */
  readonly changed: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** A provider's own list that is this new is not asked for again, in milliseconds. */
const maxListAgeMs = 5_000;

export function modelCatalog(parts: ModelCatalogDeps) {
  const { providers, env, storagePath, settings, lookUp, warn, changed, now } = parts;
  const closing = new AbortController();
  let started = false;
  /** Absent until the request path is there. */
  let describe: LlmDescriptionDeps['ask'] | undefined;

  /** Engines on this machine or on one of the user's; a service is asked for its list when it is used, tested or opened. */
  const local = (name: string): Provider | undefined => {
    const each = providers.get(name);
    return each?.config.source === 'local' && each.config.enabled ? each : undefined;
  };

  /** `undefined` until it has told its list in this run: before that nobody knows who answers there. */
  const nativeApiOf = (name: string): NativeGet | undefined => {
    const each = local(name);
    return each?.modelList && nativeApi(each.nativeApi, nativeRoot(each.config.baseUrl)).json;
  };

  const listOf = async (each: Provider, signal: AbortSignal): Promise<readonly ListedModel[]> => {
    const { name, label, definition } = each.config;
    if (local(name) && each.listAgeMs() > maxListAgeMs) await each.refresh();
    if (!each.modelList || each.state() === 'unreachable')
      throw new RumboError(`${label} has not told its models.`, { kind: 'unreachable', provider: name });
    const ask = nativeApiOf(name);
    const native = engineDetails.find(({ kind }) => kind === definition.kind);
    return ask && native ? native.list(ask, signal) : each.modelList.map(toListedModel);
  };

  const sources = (): readonly ModelSource[] =>
    providers.all().flatMap((each) => {
      const { name, definition, source, baseUrl, enabled, models } = each.config;
      if (!enabled) return [];
      const fallbackModels = (models ?? definition.defaultModels ?? []).map((model) =>
        toListedModel({ name: model }),
      );
      const list = (signal: AbortSignal) => listOf(each, signal);
      return [{ provider: name, kind: definition.kind, source, baseUrl, fallbackModels, list }];
    });

  const describer = (): ModelId | undefined => {
    if (!describe) return;
    const allowed = settings()['models.describeWith'];
    if (allowed === 'off') return;
    const cooldowns = providers.cooldowns();
    return cheapestDescriber(
      providers.models().filter(({ provider }) => !cooldowns.has(provider)),
      allowed,
    );
  };

  const store = modelsStore(storagePath, warn);
  const lists = modelService({
    sources,
    settings: () => ({ refreshEveryMinutes: settings()['models.refreshEveryMinutes'] }),
    store,
    now,
  });
  const details = detailService({
    loaders: [
      engineLoader(engineDetails, nativeApiOf),
      registryLoader(lookUp),
      llmDescriptionLoader({
        describer,
        ask: (model, prompt, signal) =>
          describe?.(model, prompt, signal) ??
          Promise.reject(new RumboError('No model describes others yet.', { kind: 'no-candidate' })),
      }),
    ],
    store,
    batchSize: () => settings()['models.detailBatchSize'],
    now,
    onChanged: changed,
  });
  lists.onModelsChanged(details.take);

  const engines = new WeakMap<Provider, LocalEngine | undefined>();
  const engineOf = (name: string): LocalEngine | undefined => {
    const each = local(name);
    if (!each) return;
    if (!engines.has(each)) engines.set(each, localEngine(each.nativeApi, env));
    return engines.get(each);
  };
  const lifecycle = modelLifecycle({
    engineOf,
    loadTimes: loadTimes(storagePath),
    loadOptions: () => toLoadOptions(settings()['local.keepAliveMinutes']),
    changed,
    now,
  });
  const requests = localModelRequests(lifecycle, parts.progress);
  /** Worked out when the models are others. */
  let recommendations:
    | { readonly signature: string; readonly order: ReturnType<typeof recommendLocalModels> }
    | undefined;

  /** What is on disk and in memory is asked of an engine whose list could be had; a failure shows at the provider itself. */
  const refreshLocalModels = (provider: string): void => {
    if (engineOf(provider)) lifecycle.refresh(provider, closing.signal).catch(() => {});
  };

  return {
    /** @param ask the whole answer of a model to one prompt, within the user's budgets; rejects with `RumboError` */
    describeModelsWith(ask: LlmDescriptionDeps['ask']): void {
      describe = ask;
    },
    /** The providers are others now. With the first call the pulling begins, after the current work. */
    onProvidersChanged(): void {
      if (started) lists.onProvidersChanged();
      else lists.start();
      started = true;
    },
    /** A provider has told its list. */
    onModelsListed(provider: string): void {
      void lists.refresh(provider);
      refreshLocalModels(provider);
    },
    /** A model has been asked: an engine may have loaded it for that, and freed another. */
    onModelUsed(provider: string, model: string): void {
      const isCold = lifecycle.coldStartMs(`${provider}/${model}`) !== 0;
      if (isCold && lifecycle.localModels(provider).some(({ name }) => name === model))
        refreshLocalModels(provider);
    },
    /** Of all models, or of those named that there are. */
    details: (ids?: readonly ModelId[]): readonly ModelDetails[] =>
      Array.isArray(ids) ? ids.flatMap((id: ModelId) => details.of(id) ?? []) : details.all(),
    /** Worth fetching for the memory of this machine. */
    suggestions: (): readonly ModelSuggestion[] => suggestModels(totalmem()),
    coldStarts: lifecycle.coldStarts,
    /** Local models that are good for this, the best first. */
    recommendedLocal(use: LocalUse): readonly ModelId[] {
      const present = providers.models().flatMap(({ source, id, provider, name }) => {
        if (source !== 'local') return [];
        const sizeBytes = lifecycle.localModels(provider).find((each) => each.name === name)?.sizeBytes;
        return [{ id, name, ...(sizeBytes === undefined ? {} : { sizeBytes }) }];
      });
      const signature = present.map(({ id, sizeBytes }) => `${id} ${sizeBytes}`).join('\n');
      if (recommendations?.signature !== signature)
        recommendations = { signature, order: recommendLocalModels(present) };
      return recommendations.order[use];
    },
    /** Makes a local model ready; when this resolves it can be asked. */
    async ensure(
      params: Parameters<typeof requests.ensureModel>[0],
      signal: AbortSignal,
    ): Promise<EnsureResult> {
      const ensured = await requests.ensureModel(params, signal);
      const provider = providers.get(providerOf(ensured.model));
      const isListed = () =>
        provider?.modelList?.some(({ name }) => ensured.model === `${provider.config.name}/${name}`);
      // A list that is on its way may have been asked for before the model was there.
      for (let ask = 0; ask < 2 && !isListed(); ask++) await provider?.refresh();
      return ensured;
    },
    unload: requests.unloadModel,
    /** The status of a provider with where its models are. */
    withLocalModels: (status: ProviderStatus): ProviderStatus =>
      engineOf(status.name) ? { ...status, local: lifecycle.localModels(status.name) } : status,
    dispose(): void {
      closing.abort();
      lists.dispose();
      details.dispose();
      store.dispose();
    },
  };
}

export type ModelCatalog = ReturnType<typeof modelCatalog>;

const toLoadOptions = (minutes: number | null): LoadOptions =>
  minutes === null ? {} : { keepAliveSeconds: minutes < 0 ? -1 : minutes * 60 };
