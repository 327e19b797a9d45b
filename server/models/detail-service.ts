/** Details of every model there is: what each loader found, joined, and a queue of those still to be asked about. */
import type { ModelId } from '../../shared/chat.ts';
import type { DetailOrigin, ModelDetails } from '../../shared/model-details.ts';
import type { DetailLoader } from './detail-loader.ts';
import { merged } from './merge.ts';
import { checked, type Findings } from './model-facts.ts';
import type { ServedModel, SetChange } from './model-set.ts';
import type { ModelsStore, NewFinding, StoredFindings } from './models-store.ts';
import { type Found, runner } from './runner.ts';

export type DetailServiceParts = {
  readonly loaders: readonly DetailLoader[];
  readonly store: Pick<ModelsStore, 'findings' | 'keepFindings' | 'forget'>;
  /** Models in a batch; read anew for each. */
  readonly batchSize: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called when details are different. */
  readonly changed: () => void;
};

/** So often a loader is asked about a model in vain before it is left alone for as long as a finding would hold. */
const mostAttempts = 3;

type Known = {
  model: ServedModel;
  findings: Findings;
  /** Joined when first read. */
  details?: ModelDetails;
  /** By loader: attempts that failed, and when the last did, in milliseconds since 1970. */
  readonly failures: Map<DetailOrigin, { readonly count: number; readonly atMs: number }>;
};

/** Each loader has its own queue: one that thinks for a minute holds up nobody. */
type Lane = {
  readonly loader: DetailLoader;
  readonly queue: Set<ModelId>;
  /** The batch on its way. */
  readonly asked: Set<ModelId>;
  readonly runner: ReturnType<typeof runner>;
};

export function detailService({ loaders, store, batchSize, now, changed }: DetailServiceParts) {
  const known = new Map<ModelId, Known>();
  let stored: Map<ModelId, StoredFindings> | undefined;

  const isWanted = (loader: DetailLoader, { model, findings, failures }: Known): boolean => {
    if (!loader.appliesTo(model)) return false;
    const holds = (atMs: number | undefined) => atMs !== undefined && Math.abs(now() - atMs) < loader.freshMs;
    const failure = failures.get(loader.name);
    if (failure && failure.count >= mostAttempts && holds(failure.atMs)) return false;
    return !holds(findings[loader.name]?.atMs);
  };

  const admit = (model: ServedModel): Known => {
    stored ??= new Map(store.findings());
    const before = stored.get(model.id);
    // What was found of another version says nothing of this one.
    const findings = before && before.version === model.version ? before.findings : {};
    const entry: Known = { model, findings: withList(findings, model), failures: new Map() };
    known.set(model.id, entry);
    return entry;
  };

  const withList = (findings: Findings, { finding }: ServedModel): Findings => {
    const { list: _before, ...others } = findings;
    return finding ? { ...others, list: { finding: checked(finding), atMs: now() } } : others;
  };

  /** Whether the list says something else of it. */
  const renew = (entry: Known, model: ServedModel): boolean => {
    const { finding, version } = entry.model;
    entry.model = model;
    const isOther = version !== model.version;
    if (!isOther && JSON.stringify(finding) === JSON.stringify(model.finding)) return false;
    if (isOther) entry.failures.clear();
    entry.findings = withList(isOther ? {} : entry.findings, model);
    delete entry.details;
    return true;
  };

  const lane = (loader: DetailLoader): Lane => {
    const queue = new Set<ModelId>();
    const asked = new Set<ModelId>();
    const take = (count: number): ServedModel[] => {
      const batch: ServedModel[] = [];
      for (const id of queue) {
        if (batch.length === count) break;
        queue.delete(id);
        const entry = known.get(id);
        if (!entry || !isWanted(loader, entry)) continue;
        asked.add(id);
        batch.push(entry.model);
      }
      return batch;
    };
    const found = (batch: readonly Found[]): void => {
      asked.clear();
      const kept = batch.flatMap((each) => keep(loader, each));
      if (kept.length === 0) return;
      store.keepFindings(kept);
      changed();
    };
    return { loader, queue, asked, runner: runner({ loader, batchSize, take, found }) };
  };

  /** Returns what is worth writing down; nothing for a model that has left or become another meanwhile. */
  const keep = (loader: DetailLoader, { model, finding }: Found): NewFinding[] => {
    const entry = known.get(model.id);
    if (!entry || entry.model.version !== model.version) return [];
    const atMs = now();
    if (!finding) {
      const { count = 0 } = entry.failures.get(loader.name) ?? {};
      entry.failures.set(loader.name, { count: count + 1, atMs });
      return [];
    }
    const found = checked(finding);
    entry.failures.delete(loader.name);
    entry.findings = { ...entry.findings, [loader.name]: { finding: found, atMs } };
    delete entry.details;
    const { id, version } = model;
    return [{ id, loader: loader.name, ...(version === undefined ? {} : { version }), atMs, finding: found }];
  };

  const lanes = loaders.map(lane);

  const detailsOf = (entry: Known): ModelDetails => {
    entry.details ??= merged(entry.model.id, entry.findings);
    return entry.details;
  };

  return {
    /** Takes a new set of models: the gone leave map and queues, the new and the incomplete are queued, each once. */
    take({ after, removed }: SetChange): void {
      for (const { id } of removed) {
        known.delete(id);
        stored?.delete(id);
        for (const { queue } of lanes) queue.delete(id);
      }
      if (removed.length > 0) store.forget(removed.map(({ id }) => id));
      let isOther = removed.length > 0;
      for (const model of after.values()) {
        const before = known.get(model.id);
        const entry = before ?? admit(model);
        isOther = !before || renew(before, model) || isOther;
        for (const { loader, queue, asked } of lanes) {
          if (!asked.has(model.id) && isWanted(loader, entry)) queue.add(model.id);
        }
      }
      for (const { queue, runner } of lanes) if (queue.size > 0) runner.wake();
      if (isOther) changed();
    },
    /** Of every model there is; with empty fields where nothing is known yet. */
    all: (): readonly ModelDetails[] => [...known.values()].map(detailsOf),
    /** `undefined`: there is no such model. */
    of(id: ModelId): ModelDetails | undefined {
      const entry = known.get(id);
      return entry && detailsOf(entry);
    },
    /** Models that a loader is still to be asked about. */
    waiting: (): number => new Set(lanes.flatMap(({ queue, asked }) => [...queue, ...asked])).size,
    /** Resolves when nobody is left to ask. */
    async idle(): Promise<void> {
      await Promise.all(lanes.map(({ runner }) => runner.idle()));
    },
    dispose(): void {
      for (const { runner } of lanes) runner.dispose();
    },
  };
}
