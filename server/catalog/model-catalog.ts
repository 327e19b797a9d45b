/** What is known of the models of all providers, and what is done with those on this machine. */
import { totalmem } from 'node:os';
import type { ModelId } from '../../shared/chat.ts';
import { providerOf } from '../../shared/chat.ts';
import { RumboError } from '../../shared/errors.ts';
import type { Ensured, EnsureProgress, LocalUse, Suggestion } from '../../shared/local-models.ts';
import type { ModelDetails } from '../../shared/model-details.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import { detailService } from '../models/detail-service.ts';
import { localPlace } from '../models/engines/table.ts';
import { availableModels, type LocalPlace } from '../models/lifecycle.ts';
import { loadTimes } from '../models/load-times.ts';
import { engineLoader, listedFrom } from '../models/loaders/engine.ts';
import {
  cheapestDescriber,
  type DescribedParts,
  describedLoader,
} from '../models/loaders/llm-description.ts';
import type { Ask } from '../models/loaders/native.ts';
import { registryLoader } from '../models/loaders/registry.ts';
import { nativeInterfaces } from '../models/loaders/table.ts';
import type { LoadOptions } from '../models/local-engine.ts';
import { type ModelSource, modelService } from '../models/model-service.ts';
import type { ListedModel } from '../models/model-set.ts';
import { modelsStore } from '../models/models-store.ts';
import { asking, rootOf } from '../models/native-api.ts';
import { localDefaults } from '../models/recommended-models.ts';
import { localRequests } from '../models/requests.ts';
import { suggestions } from '../models/suggestions.ts';
import type { Provider } from '../providers/provider.ts';
import type { FleetParts, ProviderRegistry } from '../providers/provider-registry.ts';
import type { Known } from '../registry/merged-facts.ts';

export type ModelShelfParts = {
  readonly fleet: ProviderRegistry;
  readonly env: FleetParts['env'];
  /** A folder for what outlives the server. Absent: nothing is written. */
  readonly storagePath: string | undefined;
  readonly settings: () => Settings;
  readonly lookUp: (kind: string, name: string) => Known;
  /** The whole answer of a model to one prompt, within the user's budgets. Rejects with `RumboError`. */
  readonly ask: DescribedParts['ask'];
  /** Sends `$/progress` on a token. */
  readonly progress: (token: string | number, progress: EnsureProgress) => Promise<void>;
  readonly warn: (message: string) => void;
  /** Called after each change a user could see. */
  readonly changed: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** A provider's own list that is this new is not asked for again, in milliseconds. */
const freshMs = 5_000;

export function modelCatalog(parts: ModelShelfParts) {
  const { fleet, env, storagePath, settings, lookUp, warn, changed, now } = parts;
  const closing = new AbortController();
  let started = false;

  /** Engines on this machine or on one of the user's; a service is asked for its list when it is used, tested or opened. */
  const local = (name: string): Provider | undefined => {
    const each = fleet.get(name);
    return each?.configured.source === 'local' && each.configured.enabled ? each : undefined;
  };

  /** `undefined` until it has told its list in this run: before that nobody knows who answers there. */
  const askOf = (name: string): Ask | undefined => {
    const each = local(name);
    return each?.listed && asking(each.beside, rootOf(each.configured.baseUrl)).json;
  };

  const listOf = async (each: Provider, signal: AbortSignal): Promise<readonly ListedModel[]> => {
    const { name, label, definition } = each.configured;
    if (local(name) && each.listAgeMs() > freshMs) await each.refresh();
    if (!each.listed || each.state() === 'unreachable')
      throw new RumboError(`${label} has not told its models.`, { kind: 'unreachable', provider: name });
    const ask = askOf(name);
    const native = nativeInterfaces.find(({ kind }) => kind === definition.kind);
    return ask && native ? native.list(ask, signal) : each.listed.map(listedFrom);
  };

  const sources = (): readonly ModelSource[] =>
    fleet.all().flatMap((each) => {
      const { name, definition, source, baseUrl, enabled, models } = each.configured;
      if (!enabled) return [];
      const usual = (models ?? definition.defaultModels ?? []).map((model) => listedFrom({ name: model }));
      const list = (signal: AbortSignal) => listOf(each, signal);
      return [{ provider: name, kind: definition.kind, source, baseUrl, usual, list }];
    });

  const describer = (): ModelId | undefined => {
    const allowed = settings()['models.describeWith'];
    if (allowed === 'off') return;
    const resting = fleet.resting();
    return cheapestDescriber(
      fleet.models().filter(({ provider }) => !resting.has(provider)),
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
      engineLoader(nativeInterfaces, askOf),
      registryLoader(lookUp),
      describedLoader({ describer, ask: parts.ask }),
    ],
    store,
    batchSize: () => settings()['models.detailBatchSize'],
    now,
    changed,
  });
  lists.onSet(details.take);

  const places = new WeakMap<Provider, LocalPlace | undefined>();
  const place = (name: string): LocalPlace | undefined => {
    const each = local(name);
    if (!each) return;
    if (!places.has(each)) places.set(each, localPlace(each.beside, env));
    return places.get(each);
  };
  const here = availableModels({
    place,
    loadTimes: loadTimes(storagePath),
    loadOptions: () => keptFor(settings()['local.keepAliveMinutes']),
    changed,
    now,
  });
  const requests = localRequests(here, parts.progress);
  /** Worked out when the models are others. */
  let favourites:
    | { readonly signature: string; readonly order: ReturnType<typeof localDefaults> }
    | undefined;

  /** What is on disk and in memory is asked of an engine whose list could be had; a failure shows at the provider itself. */
  const lookAt = (provider: string): void => {
    if (place(provider)) here.refresh(provider, closing.signal).catch(() => {});
  };

  return {
    /** The providers are others now. With the first call the pulling begins, after the current work. */
    reconfigured(): void {
      if (started) lists.reconfigured();
      else lists.start();
      started = true;
    },
    /** A provider has told its list. */
    listed(provider: string): void {
      void lists.refresh(provider);
      lookAt(provider);
    },
    /** A model has been asked: an engine may have loaded it for that, and freed another. */
    asked(provider: string, model: string): void {
      const isCold = here.coldStartMs(`${provider}/${model}`) !== 0;
      if (isCold && here.known(provider).some(({ name }) => name === model)) lookAt(provider);
    },
    /** Of all models, or of those named that there are. */
    details: (ids?: readonly ModelId[]): readonly ModelDetails[] =>
      Array.isArray(ids) ? ids.flatMap((id: ModelId) => details.of(id) ?? []) : details.all(),
    /** Worth fetching for the memory of this machine. */
    suggestions: (): readonly Suggestion[] => suggestions(totalmem()),
    coldStarts: here.coldStarts,
    /** Local models that are good for this, the best first. */
    favourites(use: LocalUse): readonly ModelId[] {
      const present = fleet.models().flatMap(({ source, id, provider, name }) => {
        if (source !== 'local') return [];
        const sizeBytes = here.known(provider).find((each) => each.name === name)?.sizeBytes;
        return [{ id, name, ...(sizeBytes === undefined ? {} : { sizeBytes }) }];
      });
      const signature = present.map(({ id, sizeBytes }) => `${id} ${sizeBytes}`).join('\n');
      if (favourites?.signature !== signature) favourites = { signature, order: localDefaults(present) };
      return favourites.order[use];
    },
    /** Makes a local model ready; when this resolves it can be asked. */
    async ensure(params: Parameters<typeof requests.ensureModel>[0], signal: AbortSignal): Promise<Ensured> {
      const ensured = await requests.ensureModel(params, signal);
      const provider = fleet.get(providerOf(ensured.model));
      const isListed = () =>
        provider?.listed?.some(({ name }) => ensured.model === `${provider.configured.name}/${name}`);
      // A list that is on its way may have been asked for before the model was there.
      for (let ask = 0; ask < 2 && !isListed(); ask++) await provider?.refresh();
      return ensured;
    },
    unload: requests.unloadModel,
    /** The status of a provider with where its models are. */
    placed: (status: ProviderStatus): ProviderStatus =>
      place(status.name) ? { ...status, local: here.known(status.name) } : status,
    dispose(): void {
      closing.abort();
      lists.dispose();
      details.dispose();
      store.dispose();
    },
  };
}

export type ModelCatalog = ReturnType<typeof modelCatalog>;

const keptFor = (minutes: number | null): LoadOptions =>
  minutes === null ? {} : { keepAliveSeconds: minutes < 0 ? -1 : minutes * 60 };
