/** Details of every model: the facts of all loaders, merged, and a queue per loader of models that still lack facts. */
import type { ModelId } from '../../shared/chat.ts';
import type { ModelDetails } from '../../shared/model-details.ts';
import { type BatchResult, batchRunner } from './batch-runner.ts';
import { detailEntries } from './detail-entries.ts';
import type { DetailLoader } from './detail-loader.ts';
import type { ServedModel, SetChange } from './model-set.ts';
import type { ModelsStore } from './models-store.ts';

export type DetailServiceDeps = {
  readonly loaders: readonly DetailLoader[];
  readonly store: Pick<ModelsStore, 'facts' | 'saveFacts' | 'deleteFacts'>;
  /** Models in a batch; read anew for each. */
  readonly batchSize: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called when details have changed. */
  readonly onChanged: () => void;
};

/** Each loader has its own queue, so that a slow one does not delay the others. */
type LoaderQueue = {
  readonly loader: DetailLoader;
  readonly queue: Set<ModelId>;
  /** The batch in progress. */
  readonly loading: Set<ModelId>;
  readonly runner: ReturnType<typeof batchRunner>;
};

export function detailService({ loaders, store, batchSize, now, onChanged }: DetailServiceDeps) {
  const entries = detailEntries(store, now);

  const loaderQueue = (loader: DetailLoader): LoaderQueue => {
    const queue = new Set<ModelId>();
    const loading = new Set<ModelId>();
    const nextBatch = (count: number): ServedModel[] => {
      const batch: ServedModel[] = [];
      for (const id of queue) {
        if (batch.length === count) break;
        queue.delete(id);
        const entry = entries.get(id);
        if (!entry || !entries.needsLoad(loader, entry)) continue;
        loading.add(id);
        batch.push(entry.model);
      }
      return batch;
    };
    const onLoaded = (batch: readonly BatchResult[]): void => {
      loading.clear();
      const loaded = batch.flatMap((result) => entries.setResult(loader, result));
      if (loaded.length === 0) return;
      store.saveFacts(loaded);
      onChanged();
    };
    return { loader, queue, loading, runner: batchRunner({ loader, batchSize, nextBatch, onLoaded }) };
  };
  const queues = loaders.map(loaderQueue);

  const enqueue = (id: ModelId): void => {
    const entry = entries.get(id);
    for (const { loader, queue, loading } of queues) {
      if (entry && !loading.has(id) && entries.needsLoad(loader, entry)) queue.add(id);
    }
  };

  return {
    /** Takes a new set of models: forgets the removed ones, and queues those that lack facts, each once. */
    setModels({ after, removed }: SetChange): void {
      for (const { id } of removed) {
        entries.remove(id);
        for (const { queue } of queues) queue.delete(id);
      }
      if (removed.length > 0) store.deleteFacts(removed.map(({ id }) => id));
      let hasChanged = removed.length > 0;
      for (const model of after.values()) {
        hasChanged = entries.put(model) || hasChanged;
        enqueue(model.id);
      }
      for (const { queue, runner } of queues) if (queue.size > 0) runner.wake();
      if (hasChanged) onChanged();
    },
    /** Of every model; with empty fields where nothing is known yet. */
    all: (): readonly ModelDetails[] => entries.allDetails(),
    /** `undefined`: there is no such model. */
    get: (id: ModelId): ModelDetails | undefined => entries.details(id),
    /** What its list and its engine report, without the facts of others. `undefined`: there is no such model. */
    engineFacts: (id: ModelId) => entries.engineFacts(id),
    /** Resolves when this loader has nothing left to load. */
    async loaded(origin: DetailLoader['name']): Promise<void> {
      await queues.find(({ loader }) => loader.name === origin)?.runner.idle();
    },
    /** Number of models that a loader has yet to load. */
    pendingCount: (): number => new Set(queues.flatMap(({ queue, loading }) => [...queue, ...loading])).size,
    /** Resolves when all queues are empty. */
    async idle(): Promise<void> {
      await Promise.all(queues.map(({ runner }) => runner.idle()));
    },
    dispose(): void {
      for (const { runner } of queues) runner.dispose();
    },
  };
}
