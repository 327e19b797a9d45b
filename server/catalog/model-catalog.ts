/** The models of all providers: their details, and the management of those on this machine. */
import { totalmem } from 'node:os';
import type { ModelId } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import type { ModelSuggestion } from '../../shared/local-models.ts';
import type { ModelDetails } from '../../shared/model-details.ts';
import type { ListedModel, NativeApi } from '../engines/local-engine.ts';
import { engines } from '../engines/table.ts';
import { detailService } from '../models/detail-service.ts';
import { engineLoader, toListedModel } from '../models/loaders/engine.ts';
import {
  cheapestDescriber,
  type LlmDescriptionDeps,
  llmDescriptionLoader,
} from '../models/loaders/llm-description.ts';
import { registryLoader } from '../models/loaders/registry.ts';
import { type ModelSource, modelLists } from '../models/model-lists.ts';
import type { ModelsStore } from '../models/models-store.ts';
import type { ModelRequestRules } from '../models/request-rules.ts';
import { modelSuggestions } from '../models/suggestions.ts';
import type { Provider } from '../providers/provider.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { ModelRegistry } from '../registry/registry.ts';
import {
  type LocalModelsDeps,
  type LocalModelsProvider,
  localModels,
  localProvider,
} from './local-models.ts';
import { pendingDescriptions } from './pending-descriptions.ts';

type CatalogProvider = LocalModelsProvider & Pick<Provider, 'listAgeMs' | 'state'>;

export type ModelCatalogDeps = LocalModelsDeps & {
  readonly providers: {
    all(): readonly CatalogProvider[];
    cooldowns: ProviderRegistry['cooldowns'];
  };
  readonly registry: Pick<ModelRegistry, 'lookUp'>;
  /** Disposed of with the catalog. */
  readonly store: ModelsStore;
  readonly requestRules: Pick<ModelRequestRules, 'of' | 'statedAt' | 'remove'>;
  /** Called when what is known of models has changed. */
  readonly onDetailsChanged: () => void;
};

/** Milliseconds; a newer list of a provider is not requested again. */
const maxListAgeMs = 5_000;

export function createModelCatalog(deps: ModelCatalogDeps) {
  const { providers, settings, now } = deps;
  const { store, requestRules } = deps;
  const local = localModels(deps);
  const lists = modelLists({
    sources: () => modelSources(providers),
    refreshEveryMinutes: () => settings()['models.refreshEveryMinutes'],
    store,
    now,
  });
  /** Absent before `describeModelsWith`. */
  let ask: LlmDescriptionDeps['ask'] | undefined;
  const describer = (): ModelId | undefined => {
    if (!ask) return;
    const allowed = settings()['models.describeWith'];
    if (allowed === 'off') return;
    const cooldowns = providers.cooldowns();
    return cheapestDescriber(
      providers.models().filter(({ provider }) => !cooldowns.has(provider)),
      allowed,
    );
  };
  const details = detailService({
    loaders: [
      engineLoader(engines, (provider) => nativeApiOf(providers, provider)),
      registryLoader(deps.registry),
      llmDescriptionLoader({
        describer,
        ask: (model, prompt, signal) =>
          ask?.(model, prompt, signal) ??
          Promise.reject(new RumboError('No model can describe others yet.', { kind: 'no-candidate' })),
      }),
    ],
    store,
    batchSize: () => settings()['models.detailBatchSize'],
    now,
    onChanged() {
      deps.onDetailsChanged();
      deps.onChanged();
    },
  });
  lists.onModelsChanged(details.setModels);
  lists.onModelsChanged(({ removed }) => requestRules.remove(removed.map(({ id }) => id)));
  const withRefusals = (of: ModelDetails): ModelDetails => {
    const at = requestRules.statedAt(of.id);
    return at === undefined ? of : { ...of, refusals: { rules: requestRules.of(of.id), at } };
  };
  let hasStarted = false;
  const described = pendingDescriptions({
    models: providers.models,
    isDescribed: ({ id, provider }) =>
      details.engineFacts(id)?.chat !== undefined || !describesModels(providers, provider),
    async whenLoaded() {
      await lists.listed();
      await details.loaded('engine');
    },
  });

  return {
    /** @param answer a model's complete answer to one prompt, within the user's budgets. Rejects with `RumboError` */
    describeModelsWith(answer: LlmDescriptionDeps['ask']): void {
      ask = answer;
    },
    /** The providers have changed. With the first call the lists are requested, after the current work. */
    onProvidersChanged(): void {
      if (hasStarted) lists.onProvidersChanged();
      else lists.start();
      hasStarted = true;
    },
    /** The provider's list has arrived. */
    onModelsListed(provider: string): void {
      void lists.refresh(provider);
      local.onModelsListed(provider);
    },
    onModelUsed: local.onModelUsed,
    /** Of all models, or of those `ids` that exist. */
    details: (ids?: readonly ModelId[]): readonly ModelDetails[] =>
      (Array.isArray(ids) ? ids.flatMap((id: ModelId) => details.get(id) ?? []) : details.all()).map(
        withRefusals,
      ),
    /** What the engine that runs a model reports of it. `undefined`: nothing yet. */
    engineFacts: details.engineFacts,
    /**
     * Waits briefly for engines that have listed models and not yet reported what these can do: a model that only embeds must
     * not be asked, nor one without vision a picture. Returns at once when `signal` aborts.
     */
    async whenDescribed(signal: AbortSignal): Promise<void> {
      if (!described.isIncomplete()) return;
      await described.wait(signal);
    },
    /** Worth pulling for the memory of this machine. */
    suggestions: (): readonly ModelSuggestion[] => modelSuggestions(totalmem(), engines),
    coldStarts: local.coldStarts,
    isLoading: local.isLoading,
    recommendedLocal: local.recommendedLocal,
    ensure: local.ensure,
    unload: local.unload,
    withLocalModels: local.withLocalModels,
    dispose(): void {
      local.dispose();
      lists.dispose();
      details.dispose();
      store.dispose();
    },
  };
}

export type ModelCatalog = ReturnType<typeof createModelCatalog>;

type Providers = ModelCatalogDeps['providers'];

/** Whether its engine reports what a model can do, and may be asked. */
const describesModels = (providers: Providers, name: string): boolean =>
  localProvider(providers, name)?.config.definition.details?.describe !== undefined &&
  nativeApiOf(providers, name) !== undefined;

/** `undefined` before the provider's first list in this run: until then another program may listen at its address. */
const nativeApiOf = (providers: Providers, name: string): NativeApi | undefined => {
  const provider = localProvider(providers, name);
  return provider?.modelList && provider.nativeApi;
};

const modelSources = (providers: Providers): readonly ModelSource[] =>
  providers.all().flatMap((provider) => {
    const { name, definition, source, baseUrl, enabled, models } = provider.config;
    if (!enabled) return [];
    const fallbackModels = (models ?? definition.defaultModels ?? []).map((model) =>
      toListedModel({ name: model }),
    );
    const list = (signal: AbortSignal) => listModels(providers, provider, signal);
    return [{ provider: name, kind: definition.kind, source, baseUrl, fallbackModels, list }];
  });

/** Requests the list of a local engine; a service lists its models only when it is used, tested or opened. */
async function listModels(
  providers: Providers,
  provider: CatalogProvider,
  signal: AbortSignal,
): Promise<readonly ListedModel[]> {
  const { name, label, definition } = provider.config;
  if (localProvider(providers, name) && provider.listAgeMs() > maxListAgeMs) await provider.refresh();
  if (!provider.modelList || provider.state() === 'unreachable')
    throw new RumboError(`${label} has not listed its models.`, { kind: 'unreachable', provider: name });
  const api = nativeApiOf(providers, name);
  return api && definition.details
    ? definition.details.list(api, signal)
    : provider.modelList.map(toListedModel);
}
