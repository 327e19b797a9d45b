/** Details of every model there is: what each loader found, joined, and a queue of those still to be asked about. */
import type { ModelId } from '../../shared/chat.ts';
import type { DetailOrigin, ModelDetails } from '../../shared/model-details.ts';
import { type BatchResult, batchRunner } from './batch-runner.ts';
import type { DetailLoader } from './detail-loader.ts';
import { mergeFacts } from './merge-facts.ts';
import { type FactsByOrigin, validFacts } from './model-facts.ts';
import type { ServedModel, SetChange } from './model-set.ts';
import type { ModelsStore, NewFacts, StoredFacts } from './models-store.ts';

export type DetailServiceDeps = {
  readonly loaders: readonly DetailLoader[];
  readonly store: Pick<ModelsStore, 'facts' | 'saveFacts' | 'deleteFacts'>;
  /** Models in a batch; read anew for each. */
  readonly batchSize: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called when details are different. */
  readonly onChanged: () => void;
};

/** So often a loader is asked about a model in vain before it is left alone for as long as a finding would hold. */
const maxAttempts = 3;

type ModelEntry = {
  model: ServedModel;
  facts: FactsByOrigin;
  /** Joined when first read. */
  details?: ModelDetails;
  /** By loader: attempts that failed, and when the last did, in milliseconds since 1970. */
  readonly failures: Map<DetailOrigin, { readonly count: number; readonly atMs: number }>;
};

/** Each loader has its own queue: one that thinks for a minute holds up nobody. */
type LoaderQueue = {
  readonly loader: DetailLoader;
  readonly queue: Set<ModelId>;
  /** The batch on its way. */
  readonly loading: Set<ModelId>;
  readonly runner: ReturnType<typeof batchRunner>;
};

export function detailService({ loaders, store, batchSize, now, onChanged }: DetailServiceDeps) {
  const entries = new Map<ModelId, ModelEntry>();
  let stored: Map<ModelId, StoredFacts> | undefined;

  const needsLoad = (loader: DetailLoader, { model, facts, failures }: ModelEntry): boolean => {
    if (!loader.appliesTo(model)) return false;
    const holds = (atMs: number | undefined) =>
      atMs !== undefined && Math.abs(now() - atMs) < loader.maxAgeMs;
    const failure = failures.get(loader.name);
    if (failure && failure.count >= maxAttempts && holds(failure.atMs)) return false;
    return !holds(facts[loader.name]?.atMs);
  };

  const addModel = (model: ServedModel): ModelEntry => {
    stored ??= new Map(store.facts());
    const before = stored.get(model.id);
    // What was found of another version says nothing of this one.
    const findings = before && before.version === model.version ? before.facts : {};
    const entry: ModelEntry = { model, facts: withListFacts(findings, model), failures: new Map() };
    entries.set(model.id, entry);
    return entry;
  };

  const withListFacts = (findings: FactsByOrigin, { facts }: ServedModel): FactsByOrigin => {
    const { list: _before, ...others } = findings;
    return facts ? { ...others, list: { facts: validFacts(facts), atMs: now() } } : others;
  };

  /** Whether the list says something else of it. */
  const updateModel = (entry: ModelEntry, model: ServedModel): boolean => {
    const { facts, version } = entry.model;
    entry.model = model;
    const isOther = version !== model.version;
    if (!isOther && JSON.stringify(facts) === JSON.stringify(model.facts)) return false;
    if (isOther) entry.failures.clear();
    entry.facts = withListFacts(isOther ? {} : entry.facts, model);
    delete entry.details;
    return true;
  };

  const loaderQueue = (loader: DetailLoader): LoaderQueue => {
    const queue = new Set<ModelId>();
    const loading = new Set<ModelId>();
    const nextBatch = (count: number): ServedModel[] => {
      const batch: ServedModel[] = [];
      for (const id of queue) {
        if (batch.length === count) break;
        queue.delete(id);
        const entry = entries.get(id);
        if (!entry || !needsLoad(loader, entry)) continue;
        loading.add(id);
        batch.push(entry.model);
      }
      return batch;
    };
    const onLoaded = (batch: readonly BatchResult[]): void => {
      loading.clear();
      const kept = batch.flatMap((each) => storeResult(loader, each));
      if (kept.length === 0) return;
      store.saveFacts(kept);
      onChanged();
    };
    return { loader, queue, loading, runner: batchRunner({ loader, batchSize, nextBatch, onLoaded }) };
  };

  /** Returns what is worth writing down; nothing for a model that has left or become another meanwhile. */
  const storeResult = (loader: DetailLoader, { model, facts }: BatchResult): NewFacts[] => {
    const entry = entries.get(model.id);
    if (!entry || entry.model.version !== model.version) return [];
    const atMs = now();
    if (!facts) {
      const { count = 0 } = entry.failures.get(loader.name) ?? {};
      entry.failures.set(loader.name, { count: count + 1, atMs });
      return [];
    }
    const found = validFacts(facts);
    entry.failures.delete(loader.name);
    entry.facts = { ...entry.facts, [loader.name]: { facts: found, atMs } };
    delete entry.details;
    const { id, version } = model;
    return [{ id, origin: loader.name, ...(version === undefined ? {} : { version }), atMs, facts: found }];
  };

  const queues = loaders.map(loaderQueue);

  const detailsOf = (entry: ModelEntry): ModelDetails => {
    entry.details ??= mergeFacts(entry.model.id, entry.facts);
    return entry.details;
  };

  return {
    /** Takes a new set of models: the gone leave map and queues, the new and the incomplete are queued, each once. */
    take({ after, removed }: SetChange): void {
      for (const { id } of removed) {
        entries.delete(id);
        stored?.delete(id);
        for (const { queue } of queues) queue.delete(id);
      }
      if (removed.length > 0) store.deleteFacts(removed.map(({ id }) => id));
      let isOther = removed.length > 0;
      for (const model of after.values()) {
        const before = entries.get(model.id);
        const entry = before ?? addModel(model);
        isOther = !before || updateModel(before, model) || isOther;
        for (const { loader, queue, loading } of queues) {
          if (!loading.has(model.id) && needsLoad(loader, entry)) queue.add(model.id);
        }
      }
      for (const { queue, runner } of queues) if (queue.size > 0) runner.wake();
      if (isOther) onChanged();
    },
    /** Of every model there is; with empty fields where nothing is known yet. */
    all: (): readonly ModelDetails[] => [...entries.values()].map(detailsOf),
    /** `undefined`: there is no such model. */
    of(id: ModelId): ModelDetails | undefined {
      const entry = entries.get(id);
      return entry && detailsOf(entry);
    },
    /** Models that a loader is still to be asked about. */
    waiting: (): number => new Set(queues.flatMap(({ queue, loading }) => [...queue, ...loading])).size,
    /** Resolves when nobody is left to ask. */
    async idle(): Promise<void> {
      await Promise.all(queues.map(({ runner }) => runner.idle()));
    },
    dispose(): void {
      for (const { runner } of queues) runner.dispose();
    },
  };
}
