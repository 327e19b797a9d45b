/**
 * The last good list of every provider as one set: readable at once, from disk or empty, and refreshed in the background.
 * A provider's own list is another one: it holds what routing may use in this run and is never read from disk, while
 * this one outlives the server and has models that do not chat, so that details are known before any network.
 */

import type { ModelId } from '../../shared/chat.ts';
import type { Source } from '../../shared/models.ts';
import type { ListedModel } from '../engines/local-engine.ts';
import { timeoutSignal } from '../platform/socket-timer.ts';
import {
  diffModelSets,
  type ModelSet,
  type ServedModel,
  type SetChange,
  toServedModels,
} from './model-set.ts';
import type { ModelsStore, StoredList } from './models-store.ts';

/** A provider as a source of models. */
export type ModelSource = {
  readonly provider: string;
  readonly kind: string;
  readonly source: Source;
  /** Its stored list is valid for this address only. */
  readonly baseUrl: string;
  /** Models it is known to have before its first list. Absent: none. */
  readonly fallbackModels?: readonly ListedModel[];
  /** Rejects when the provider is down; its last good list then stays. */
  list(signal: AbortSignal): Promise<readonly ListedModel[]>;
};

export type ModelListsDeps = {
  /** The current providers; read anew for each refresh. */
  readonly sources: () => readonly ModelSource[];
  /** Read anew for each check. */
  readonly refreshEveryMinutes: () => number;
  readonly store: Pick<ModelsStore, 'lists' | 'saveList'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** A list that takes longer counts as failed. */
const listTimeoutMs = 15_000;
/** Milliseconds between two checks whether a refresh is due. */
const checkIntervalMs = 30_000;

export function modelLists({ sources, refreshEveryMinutes, store, now }: ModelListsDeps) {
  const closing = new AbortController();
  const listeners = new Set<(change: SetChange) => void>();
  /** By provider. Absent: not read from disk yet. */
  let lists: Map<string, StoredList> | undefined;
  let set: ModelSet | undefined;
  let timer: NodeJS.Timeout | undefined;
  let refreshedAtMs = Number.NEGATIVE_INFINITY;
  /** Requests in flight, by provider and address. */
  const requests = new Map<string, Promise<void>>();

  const storedLists = (): Map<string, StoredList> => {
    lists ??= new Map(store.lists());
    return lists;
  };

  const mergeLists = (): ModelSet => {
    const models = new Map<ModelId, ServedModel>();
    for (const source of sources()) {
      const list = storedLists().get(source.provider);
      const previousModels = list?.baseUrl === source.baseUrl ? list.models : (source.fallbackModels ?? []);
      for (const model of toServedModels(source, previousModels)) models.set(model.id, model);
    }
    return models;
  };

  /** Listeners get every set, changed or not, so that missing details can be loaded again. */
  const publish = (): void => {
    const before = set ?? new Map();
    set = mergeLists();
    const change = diffModelSets(before, set);
    for (const listener of listeners) listener(change);
  };

  const requestList = async (source: ModelSource): Promise<void> => {
    const { provider, baseUrl } = source;
    const models = await listWithTimeout(source, closing.signal);
    if (!models || closing.signal.aborted) return;
    const list = { baseUrl, models: toServedModels(source, models).map(withoutOrigin) };
    const before = storedLists().get(provider);
    storedLists().set(provider, list);
    if (JSON.stringify(before) !== JSON.stringify(list)) store.saveList(provider, list);
    publish();
  };

  const requestOnce = (source: ModelSource): Promise<void> => {
    const key = `${source.provider} ${source.baseUrl}`;
    const request = requests.get(key) ?? requestList(source).finally(() => requests.delete(key));
    requests.set(key, request);
    return request;
  };

  /** Requests one provider's list, or all; never rejects. Concurrent refreshes of one provider share a request. */
  const refresh = async (provider?: string): Promise<void> => {
    if (provider === undefined) refreshedAtMs = now();
    await Promise.all(
      sources().flatMap((each) => ((provider ?? each.provider) === each.provider ? requestOnce(each) : [])),
    );
  };

  const refreshWhenDue = (): void => {
    // The absolute value: a clock that was set back must not delay the refresh.
    if (Math.abs(now() - refreshedAtMs) >= refreshEveryMinutes() * 60_000) void refresh();
  };

  return {
    /** All models as last listed: from disk before the first refresh. Never waits. */
    models(): ModelSet {
      set ??= mergeLists();
      return set;
    },
    refresh,
    /** Resolves when the requests for lists that are on their way have ended; never rejects. */
    async listed(): Promise<void> {
      await Promise.all(requests.values());
    },
    /** The providers have changed: models of removed ones leave at once. */
    onProvidersChanged: publish,
    /** Calls the listener with every new set and the one before it. Returns a function that unsubscribes. */
    onModelsChanged(listener: (change: SetChange) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** The first refresh begins after the current work; the start does not wait for it. */
    start(): void {
      setImmediate(() => {
        if (closing.signal.aborted) return;
        publish();
        refreshWhenDue();
      });
      timer = setInterval(refreshWhenDue, checkIntervalMs);
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
  const timeout = timeoutSignal(listTimeoutMs);
  try {
    return await source.list(AbortSignal.any([closing, timeout.signal]));
  } catch {
    return;
  } finally {
    timeout.stop();
  }
}

const withoutOrigin = ({ id, provider, kind, source, ...model }: ServedModel): ListedModel => model;
