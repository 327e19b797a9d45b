/** The set of models of all providers: readable at once, from disk or empty, and filled in the background. */
import type { ModelId } from '../../shared/chat.ts';
import type { Source } from '../../shared/models.ts';
import {
  diffModelSets,
  type ListedModel,
  type ModelSet,
  type ServedModel,
  type SetChange,
  toServedModels,
} from './model-set.ts';
import type { ModelsStore, StoredList } from './models-store.ts';

/** A provider that can be asked for its models. */
export type ModelSource = {
  readonly provider: string;
  readonly kind: string;
  readonly source: Source;
  /** Another address is another provider, whose list is not to be believed any more. */
  readonly baseUrl: string;
  /** Those it is known to have before it has told its own. */
  readonly fallbackModels?: readonly ListedModel[];
  /** Rejects when it is down; its last good list then holds. */
  list(signal: AbortSignal): Promise<readonly ListedModel[]>;
};

export type ModelServiceDeps = {
  /** The providers there are now; read anew for each pull. */
  readonly sources: () => readonly ModelSource[];
  /** Read anew for each pull. */
  readonly settings: () => { readonly refreshEveryMinutes: number };
  readonly store: Pick<ModelsStore, 'lists' | 'saveList'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** A list that has not come by then counts as failed. */
const listTimeoutMs = 15_000;
/** How often the timer sees whether it is time. */
const checkIntervalMs = 30_000;

export function modelService({ sources, settings, store, now }: ModelServiceDeps) {
  const closing = new AbortController();
  const listeners = new Set<(change: SetChange) => void>();
  /** Last good lists, by provider. Absent: not read from disk yet. */
  let lists: Map<string, StoredList> | undefined;
  let set: ModelSet | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pulledAtMs = Number.NEGATIVE_INFINITY;
  /** By provider and address. */
  const pulls = new Map<string, Promise<void>>();

  const storedLists = (): Map<string, StoredList> => {
    lists ??= new Map(store.lists());
    return lists;
  };

  const mergeLists = (): ModelSet => {
    const models = new Map<ModelId, ServedModel>();
    for (const source of sources()) {
      const list = storedLists().get(source.provider);
      const listed = list?.baseUrl === source.baseUrl ? list.models : (source.fallbackModels ?? []);
      for (const model of toServedModels(source, listed)) models.set(model.id, model);
    }
    return models;
  };

  /** Listeners hear of every pull, changed or not: details that are still missing can be asked for again. */
  const publish = (): void => {
    const before = set ?? new Map();
    set = mergeLists();
    const change = diffModelSets(before, set);
    for (const listener of listeners) listener(change);
  };

  const pull = async (source: ModelSource): Promise<void> => {
    const { provider, baseUrl } = source;
    const models = await listWithTimeout(source, closing.signal);
    if (!models || closing.signal.aborted) return;
    const list = { baseUrl, models: toServedModels(source, models).map(toListedModel) };
    const before = storedLists().get(provider);
    storedLists().set(provider, list);
    if (JSON.stringify(before) !== JSON.stringify(list)) store.saveList(provider, list);
    publish();
  };

  const pullOnce = (source: ModelSource): Promise<void> => {
    const key = `${source.provider} ${source.baseUrl}`;
    const running = pulls.get(key) ?? pull(source).finally(() => pulls.delete(key));
    pulls.set(key, running);
    return running;
  };

  /** Pulls one provider's list, or all; never rejects. Pulls of one provider at a time are one. */
  const refresh = async (provider?: string): Promise<void> => {
    if (provider === undefined) pulledAtMs = now();
    await Promise.all(
      sources().flatMap((each) => ((provider ?? each.provider) === each.provider ? pullOnce(each) : [])),
    );
  };

  const tick = (): void => {
    // A clock that is set back is no reason to wait.
    if (Math.abs(now() - pulledAtMs) >= settings().refreshEveryMinutes * 60_000) void refresh();
  };

  return {
    /** What is known now: from disk before the first pull. Never waits. */
    models(): ModelSet {
      set ??= mergeLists();
      return set;
    },
    refresh,
    /** The providers are others now: models of those that are gone leave at once. */
    onProvidersChanged: publish,
    /** Hands every new set on, with the one before it. Returns what ends it. */
    onModelsChanged(listener: (change: SetChange) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** The first pull begins after the current work; nobody waits for it. */
    start(): void {
      setImmediate(() => {
        if (closing.signal.aborted) return;
        publish();
        tick();
      });
      timer = setInterval(tick, checkIntervalMs);
      timer.unref();
    },
    dispose(): void {
      clearInterval(timer);
      listeners.clear();
      closing.abort();
    },
  };
}

/** `undefined`: the provider is down, or too slow. */
async function listWithTimeout(
  source: ModelSource,
  closing: AbortSignal,
): Promise<readonly ListedModel[] | undefined> {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(listTimeoutMs)]);
  try {
    return await source.list(signal);
  } catch {
    return;
  }
}

const toListedModel = ({ id, provider, kind, source, ...listed }: ServedModel): ListedModel => listed;
