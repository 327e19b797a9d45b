/** Making local models available: fetched, loaded, freed, and where each of them is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ModelId, modelId } from '../../shared/chat.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import type { EnsureProgress, EnsureResult, LocalModel } from '../../shared/local-models.ts';
import { diskSpaceCheck } from './disk-space-check.ts';
import { progressReporter } from './download-progress.ts';
import type { LoadTimes } from './load-times.ts';
import type { EngineLifecycle, EngineProgress, LoadOptions, OnEngineProgress } from './local-engine.ts';
import { singleFlight } from './single-flight.ts';

/** A local engine, and what surrounds it on this machine. */
export type LocalEngine = {
  readonly lifecycle: EngineLifecycle;
  /** Bytes free for its models. Absent, or `undefined`: they are on a disk that cannot be seen from here. */
  readonly freeBytes?: () => Promise<number | undefined>;
};

export type ModelLifecycleDeps = {
  /** The engine of a provider. `undefined`: there is none of this name that can fetch or load models. */
  readonly engineOf: (provider: string) => LocalEngine | undefined;
  readonly loadTimes: LoadTimes;
  /** Read at each load. */
  readonly loadOptions: () => LoadOptions;
  /** Called after each change a user could see. */
  readonly changed: () => void;
  /** Milliseconds of a clock that never goes back. Absent: the real one. */
  readonly elapsed?: () => number;
  /** Milliseconds since 1970. Absent: the real time. */
  readonly now?: () => number;
};

/** Milliseconds between two looks at an engine that is loading its only model and says nothing else. */
const loadingPollIntervalMs = 250;
/** Looks at such an engine before it is given up: ten minutes. */
const maxLoadingPolls = 2_400;

type ModelTarget = {
  readonly id: ModelId;
  readonly provider: string;
  readonly name: string;
  readonly engine: LocalEngine;
};

export function modelLifecycle(parts: ModelLifecycleDeps) {
  const { loadTimes, loadOptions, changed, elapsed = () => performance.now(), now = Date.now } = parts;
  /** As last told, by provider. */
  const lastLists = new Map<string, readonly LocalModel[]>();
  /** What is under way by our own doing, by model id as its engine lists it. */
  const inProgress = new Map<ModelId, Pick<LocalModel, 'state' | 'progress'>>();
  const work = singleFlight<EnsureResult, EngineProgress>();

  const coldStartOf = (id: ModelId, { state, until, sizeBytes }: LocalModel): number | null => {
    if (state === 'downloading') return null;
    const isWarm = state === 'loaded' && !(until && Date.parse(until) <= now());
    return isWarm ? 0 : loadTimes.estimate(id, sizeBytes);
  };
  const targetEngine = (provider: string): Pick<ModelTarget, 'provider' | 'engine'> => {
    const engine = parts.engineOf(provider);
    if (engine) return { provider, engine };
    throw cannotManageModels(provider);
  };
  const parseTarget = (id: ModelId): ModelTarget => {
    // What comes from a client may be anything.
    const [, provider, name] = /^([^/]+)\/(.+)$/.exec(String(id)) ?? [];
    if (provider === undefined || name === undefined) throw cannotManageModels(String(id));
    return { id, name, ...targetEngine(provider) };
  };

  const list = async (
    { provider, engine }: Pick<ModelTarget, 'provider' | 'engine'>,
    signal: AbortSignal,
  ): Promise<readonly LocalModel[]> => {
    const models = await engine.lifecycle.list(signal);
    lastLists.set(provider, models);
    changed();
    return models;
  };
  const find = ({ name, engine }: ModelTarget, models: readonly LocalModel[]): LocalModel | undefined =>
    models.find((each) => each.name === name) ??
    models.find((each) => engine.lifecycle.isSameModel(each.name, name));

  /** An engine with one model tells nothing but “loading” until it is there. */
  const listWhenLoaded = async (
    model: ModelTarget,
    onStep: OnEngineProgress,
    signal: AbortSignal,
  ): Promise<readonly LocalModel[]> => {
    for (let look = 1; ; look++) {
      try {
        return await list(model, signal);
      } catch (error) {
        if (!(error instanceof RumboError) || error.kind !== 'loading' || look >= maxLoadingPolls)
          throw error;
        onStep({ stage: 'loading' });
        await sleep(loadingPollIntervalMs, undefined, { signal }).catch((cause: unknown) => {
          throw toRumboError(cause, signal);
        });
      }
    }
  };

  const setInProgress = (id: ModelId, to: Pick<LocalModel, 'state' | 'progress'> | undefined): void => {
    if (to) inProgress.set(id, to);
    else inProgress.delete(id);
    changed();
  };

  const load = async (
    model: ModelTarget,
    found: LocalModel,
    onStep: OnEngineProgress,
    signal: AbortSignal,
  ): Promise<number> => {
    const id: ModelId = `${model.provider}/${found.name}`;
    const startedMs = elapsed();
    try {
      const told = await model.engine.lifecycle.load(
        found.name,
        loadOptions(),
        (step) => {
          setInProgress(id, {
            state: 'loading',
            ...(step.fraction === undefined ? {} : { progress: step.fraction }),
          });
          onStep(step);
        },
        signal,
      );
      const loadMs = told ?? elapsed() - startedMs;
      // One that was on its way already, or only slept, says nothing about a cold start.
      if (found.state === 'on-disk') loadTimes.record(id, loadMs, found.sizeBytes);
      return loadMs;
    } finally {
      setInProgress(id, undefined);
    }
  };

  const pull = async (model: ModelTarget, onStep: OnEngineProgress, signal: AbortSignal): Promise<void> => {
    const { id, name, engine } = model;
    const guard = diskSpaceCheck(name, engine, signal);
    try {
      await engine.lifecycle.pull(
        name,
        (step) => {
          guard.onProgress(step);
          const { completedBytes, totalBytes } = step;
          const progress =
            completedBytes !== undefined && totalBytes ? completedBytes / totalBytes : undefined;
          setInProgress(id, { state: 'downloading', ...(progress === undefined ? {} : { progress }) });
          onStep(step);
        },
        guard.signal,
      );
    } catch (cause) {
      throw guard.error() ?? toRumboError(cause, signal);
    } finally {
      setInProgress(id, undefined);
    }
  };

  /** The entry of a model that was absent, once it is whole. `undefined`: nobody can tell which it is. */
  const pullMissing = async (
    model: ModelTarget,
    before: readonly LocalModel[],
    onStep: OnEngineProgress,
    signal: AbortSignal,
  ): Promise<LocalModel | undefined> => {
    await pull(model, onStep, signal);
    const after = await list(model, signal);
    const added = after.filter(({ name }) => !before.some((each) => each.name === name));
    // Fetched by its address, a model may be listed under a name of the engine's own.
    return find(model, after) ?? (added.length === 1 ? added[0] : undefined);
  };

  const makeReady = async (
    model: ModelTarget,
    onStep: OnEngineProgress,
    signal: AbortSignal,
  ): Promise<EnsureResult> => {
    onStep({ stage: 'checking' });
    const before = await listWhenLoaded(model, onStep, signal);
    const idOf = ({ name }: LocalModel): ModelId => `${model.provider}/${name}`;
    const found = find(model, before);
    const here = found?.state === 'downloading' ? undefined : found;
    if (here?.state === 'loaded') return { model: idOf(here), outcome: 'was-loaded' };
    const ready = here ?? (await pullMissing(model, before, onStep, signal));
    if (!ready) return { model: model.id, outcome: 'pulled' };
    const loadMs = await load(model, ready, onStep, signal);
    await list(model, signal).catch(() => {});
    return { model: idOf(ready), outcome: here ? 'loaded' : 'pulled', loadMs };
  };

  return {
    /**
     * Makes a model ready to answer: nothing is done to one in memory, one on disk is loaded, an absent one is fetched
     * first. Requests for one model share the work; it ends when the last of them leaves. Rejects with `RumboError`.
     */
    async ensure(
      id: ModelId,
      report: (progress: EnsureProgress) => void,
      signal: AbortSignal,
    ): Promise<EnsureResult> {
      const model = parseTarget(id);
      const { label, canCancelPull } = model.engine.lifecycle;
      let fetching = false;
      const show = progressReporter(report, elapsed);
      const onStep: OnEngineProgress = (step) => {
        fetching = step.stage === 'downloading' || step.stage === 'paused';
        show.onProgress(step);
      };
      try {
        return await work.join(
          `${model.provider}/${model.engine.lifecycle.canonicalName(model.name)}`,
          (tell, all) => makeReady(model, tell, all),
          onStep,
          signal,
        );
      } catch (cause) {
        const error = toRumboError(cause, signal).with({ provider: model.provider, model: model.name });
        if (error.kind !== 'cancelled' || canCancelPull || !fetching) throw error;
        throw new RumboError(
          `Rumbo waits no longer for “${model.name}”; ${label} goes on fetching it.`,
          { ...error.data, action: `Stop the download in ${label} if you do not want it.` },
          { cause },
        );
      } finally {
        show.stop();
      }
    },

    /** Frees the memory of a model. Rejects with `model-not-found` when the engine has none of this name. */
    async unload(id: ModelId, signal: AbortSignal): Promise<void> {
      const model = parseTarget(id);
      const found = find(model, await list(model, signal));
      if (!found)
        throw new RumboError(`${model.engine.lifecycle.label} has no model “${model.name}”.`, {
          kind: 'model-not-found',
          provider: model.provider,
          model: model.name,
        });
      await model.engine.lifecycle.unload(found.name, signal);
      await list(model, signal);
    },

    /** Where a model is now, asked of its engine. `undefined`: it is not there. */
    async state(id: ModelId, signal: AbortSignal): Promise<LocalModel | undefined> {
      const model = parseTarget(id);
      return find(model, await list(model, signal));
    },

    /** Asks the engine of a provider; whoever wants to know reads `known`. Rejects with `RumboError`. */
    async refresh(provider: string, signal: AbortSignal): Promise<void> {
      await list(targetEngine(provider), signal);
    },

    /** The models of a provider as last told, with what is under way. Contacts nobody. */
    localModels(provider: string): readonly LocalModel[] {
      const models = lastLists.get(provider) ?? [];
      const told = models.map((each) => ({ ...each, ...inProgress.get(`${provider}/${each.name}`) }));
      const coming = [...inProgress].flatMap(([id, to]) => {
        const name = id.slice(provider.length + 1);
        const isNew = id.startsWith(`${provider}/`) && !models.some((each) => each.name === name);
        return isNew ? [{ name, ...to }] : [];
      });
      return [...told, ...coming];
    },

    /**
     * Milliseconds that a request would wait for the model to be loaded, as far as it was last told: 0 for one in
     * memory. `null`: nobody can tell, or the model is not here.
     */
    coldStartMs(id: ModelId): number | null {
      const [provider = ''] = id.split('/');
      const found = lastLists.get(provider)?.find(({ name }) => `${provider}/${name}` === id);
      return found ? coldStartOf(id, found) : null;
    },

    /** The same for all that would have to wait, and whose time is known. */
    coldStarts(): ReadonlyMap<ModelId, number> {
      const waits = new Map<ModelId, number>();
      for (const [provider, models] of lastLists) {
        for (const model of models) {
          const id = modelId(provider, model.name);
          const wait = coldStartOf(id, model);
          if (wait) waits.set(id, wait);
        }
      }
      return waits;
    },
  };
}

export type ModelLifecycle = ReturnType<typeof modelLifecycle>;

const cannotManageModels = (name: string): RumboError =>
  new RumboError(`Rumbo can make no models available at ${JSON.stringify(name)}.`, {
    kind: 'invalid-request',
    action: 'Name a model of Ollama, Docker Model Runner, llama.cpp or LM Studio.',
  });
