/** The facts of each model by origin, and which of them are missing or old. */
import type { ModelId } from '../../shared/chat.ts';
import type { DetailFacts, DetailOrigin, ModelDetails } from '../../shared/model-details.ts';
import type { BatchResult } from './batch-runner.ts';
import type { DetailLoader } from './detail-loader.ts';
import { mergeDetailFacts } from './merge-facts.ts';
import { type FactsByOrigin, validFacts } from './model-facts.ts';
import type { ServedModel } from './model-set.ts';
import type { ModelsStore, NewFacts, StoredDetailFacts } from './models-store.ts';

/** After so many failures in a row a loader skips the model for as long as facts would have been fresh. */
const maxAttempts = 3;

export type DetailEntry = {
  model: ServedModel;
  facts: FactsByOrigin;
  /** Merged when first read. */
  details?: ModelDetails;
  /** By loader: failed attempts, and the time of the last one in milliseconds since 1970. */
  readonly failures: Map<DetailOrigin, { readonly count: number; readonly atMs: number }>;
};

/** @param now milliseconds since 1970 */
export function detailEntries(store: Pick<ModelsStore, 'facts'>, now: () => number) {
  const entries = new Map<ModelId, DetailEntry>();
  let stored: Map<ModelId, StoredDetailFacts> | undefined;

  const withListFacts = (factsByOrigin: FactsByOrigin, { facts }: ServedModel): FactsByOrigin => {
    const { list: _before, ...others } = factsByOrigin;
    return facts ? { ...others, list: { facts: validFacts(facts), atMs: now() } } : others;
  };

  const add = (model: ServedModel): void => {
    stored ??= new Map(store.facts());
    const before = stored.get(model.id);
    // Facts of another version are about another model.
    const facts = before && before.version === model.version ? before.facts : {};
    entries.set(model.id, { model, facts: withListFacts(facts, model), failures: new Map() });
  };

  /** Whether the list reports something else of the model than before. */
  const update = (entry: DetailEntry, model: ServedModel): boolean => {
    const { facts, version } = entry.model;
    entry.model = model;
    const isNewVersion = version !== model.version;
    if (!isNewVersion && JSON.stringify(facts) === JSON.stringify(model.facts)) return false;
    if (isNewVersion) entry.failures.clear();
    entry.facts = withListFacts(isNewVersion ? {} : entry.facts, model);
    delete entry.details;
    return true;
  };

  const detailsOf = (entry: DetailEntry): ModelDetails => {
    entry.details ??= mergeDetailFacts(entry.model.id, entry.facts);
    return entry.details;
  };

  return {
    /** `undefined`: there is no such model. */
    get: (id: ModelId) => entries.get(id),
    remove(id: ModelId): void {
      entries.delete(id);
      stored?.delete(id);
    },
    /** Adds or updates a model. Whether its details may have changed. */
    put(model: ServedModel): boolean {
      const entry = entries.get(model.id);
      if (entry) return update(entry, model);
      add(model);
      return true;
    },
    /** Whether this loader's facts of the model are missing or old. */
    needsLoad(loader: DetailLoader, { model, facts, failures }: DetailEntry): boolean {
      if (!loader.appliesTo(model)) return false;
      const isFresh = (atMs: number | undefined) =>
        atMs !== undefined && Math.abs(now() - atMs) < loader.maxAgeMs;
      const failure = failures.get(loader.name);
      if (failure && failure.count >= maxAttempts && isFresh(failure.atMs)) return false;
      return !isFresh(facts[loader.name]?.atMs);
    },
    /** Takes the result of a load. Returns what is worth storing; nothing for a model that was removed or replaced meanwhile. */
    setResult(loader: DetailLoader, { model, facts }: BatchResult): NewFacts[] {
      const entry = entries.get(model.id);
      if (!entry || entry.model.version !== model.version) return [];
      const atMs = now();
      if (!facts) {
        const { count = 0 } = entry.failures.get(loader.name) ?? {};
        entry.failures.set(loader.name, { count: count + 1, atMs });
        return [];
      }
      const valid = validFacts(facts);
      entry.failures.delete(loader.name);
      entry.facts = { ...entry.facts, [loader.name]: { facts: valid, atMs } };
      delete entry.details;
      const { id, version } = model;
      return [{ id, origin: loader.name, ...(version === undefined ? {} : { version }), atMs, facts: valid }];
    },
    details(id: ModelId): ModelDetails | undefined {
      const entry = entries.get(id);
      return entry && detailsOf(entry);
    },
    /** What its list and its engine report, without the facts of others. `undefined`: there is no such model. */
    engineFacts(id: ModelId): DetailFacts | undefined {
      const facts = entries.get(id)?.facts;
      return facts && { ...facts.list?.facts, ...facts.engine?.facts, ...contextIn(facts.list?.facts) };
    },
    allDetails: (): readonly ModelDetails[] => [...entries.values()].map(detailsOf),
  };
}

/** The list is newer than the details, and the allocated context changes with each load. */
const contextIn = (facts: DetailFacts | undefined): DetailFacts =>
  facts?.contextTokens === undefined ? {} : { contextTokens: facts.contextTokens };
