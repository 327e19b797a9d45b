/** The state of every local model, as engines last reported it, and what Rumbo itself is loading or pulling. */
import { type ModelId, modelId, providerOf } from '../../shared/chat.ts';
import type { LocalModel } from '../../shared/local-models.ts';
import type { LoadTimes } from './load-times.ts';

export type LocalModelStatesDeps = {
  readonly loadTimes: Pick<LoadTimes, 'estimate'>;
  /** Called after each change a user could see. */
  readonly onChanged: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** What a load or pull in progress replaces in the engine's last report. */
export type WorkInProgress = Pick<LocalModel, 'state' | 'progress'>;

export function localModelStates({ loadTimes, onChanged, now }: LocalModelStatesDeps) {
  /** By provider. */
  const lastLists = new Map<string, readonly LocalModel[]>();
  /** Loads and pulls by Rumbo itself, by model id as the engine lists it. */
  const inProgress = new Map<ModelId, WorkInProgress>();
  let changes = 0;
  const changed = (): void => {
    changes += 1;
    onChanged();
  };

  const isWarm = ({ state, until }: LocalModel): boolean =>
    state === 'loaded' && !(until && Date.parse(until) <= now());
  const estimateColdStart = (id: ModelId, model: LocalModel): number | null => {
    if (model.state === 'downloading') return null;
    return isWarm(model) ? 0 : loadTimes.estimate(id, model.sizeBytes);
  };

  return {
    setList(provider: string, models: readonly LocalModel[]): void {
      lastLists.set(provider, models);
      changed();
    },

    /** How often the lists, or the work in progress, have changed. */
    changes: (): number => changes,

    /** `undefined`: the work has ended. */
    setInProgress(id: ModelId, work: WorkInProgress | undefined): void {
      if (work) inProgress.set(id, work);
      else inProgress.delete(id);
      changed();
    },

    /** The models of a provider as last reported, with work in progress. Contacts no engine. */
    localModels(provider: string): readonly LocalModel[] {
      const models = lastLists.get(provider) ?? [];
      const withProgress = models.map((each) => ({ ...each, ...inProgress.get(`${provider}/${each.name}`) }));
      const unlisted = [...inProgress].flatMap(([id, work]) => {
        const name = id.slice(provider.length + 1);
        const isNew = id.startsWith(`${provider}/`) && !models.some((each) => each.name === name);
        return isNew ? [{ name, ...work }] : [];
      });
      return [...withProgress, ...unlisted];
    },

    /**
     * Milliseconds that a request would wait for the model to load, as far as last reported: 0 for one in memory.
     * `null`: unknown, or the engine does not have the model.
     */
    coldStartMs(id: ModelId): number | null {
      const [provider = ''] = id.split('/');
      const model = lastLists.get(provider)?.find(({ name }) => `${provider}/${name}` === id);
      return model ? estimateColdStart(id, model) : null;
    },

    /** Whether the engine has the model and not in memory, as last reported. */
    isCold(id: ModelId): boolean {
      const model = lastLists.get(providerOf(id))?.find(({ name }) => `${providerOf(id)}/${name}` === id);
      return model !== undefined && !isWarm(model);
    },

    /** The same for all models that would have to wait and whose time is known. */
    coldStarts(): ReadonlyMap<ModelId, number> {
      const waits = new Map<ModelId, number>();
      for (const [provider, models] of lastLists) {
        for (const model of models) {
          const id = modelId(provider, model.name);
          const wait = estimateColdStart(id, model);
          if (wait) waits.set(id, wait);
        }
      }
      return waits;
    },
  };
}

export type LocalModelStates = ReturnType<typeof localModelStates>;
