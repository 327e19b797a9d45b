/** Pulls, loads and unloads local models; requests for one model share the work. */
import type { ModelId } from '../../shared/chat.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import type { EnsureProgress, EnsureResult } from '../../shared/local-models.ts';
import type { EngineProgress, LoadOptions, OnEngineProgress } from '../engines/local-engine.ts';
import { progressReporter } from './download-progress.ts';
import { ensureLocalModel, findModel, listLocalModels, type ModelTarget } from './ensure-model.ts';
import type { LoadTimes } from './load-times.ts';
import type { LocalEngine } from './local-engine.ts';
import type { LocalModelStates } from './local-model-states.ts';
import { singleFlight } from './single-flight.ts';

export type ModelLifecycleDeps = {
  /** The engine of a provider. `undefined`: there is no such provider, or its engine cannot load or pull models. */
  readonly engineOf: (provider: string) => LocalEngine | undefined;
  readonly states: Pick<LocalModelStates, 'setList' | 'setInProgress'>;
  readonly loadTimes: Pick<LoadTimes, 'record'>;
  /** Read at each load. */
  readonly loadOptions: () => LoadOptions;
  /** Milliseconds of a monotonic clock. Absent: the real one. */
  readonly elapsed?: () => number;
};

export function modelLifecycle(deps: ModelLifecycleDeps) {
  const { states, elapsed = () => performance.now() } = deps;
  const tasks = singleFlight<EnsureResult, EngineProgress>();

  const targetEngine = (provider: string): Pick<ModelTarget, 'provider' | 'engine'> => {
    const engine = deps.engineOf(provider);
    if (engine) return { provider, engine };
    throw cannotManageModels(provider);
  };
  const parseTarget = (id: ModelId): ModelTarget => {
    // A client may send anything.
    const [, provider, name] = /^([^/]+)\/(.+)$/.exec(String(id)) ?? [];
    if (provider === undefined || name === undefined) throw cannotManageModels(String(id));
    return { id, name, ...targetEngine(provider) };
  };

  return {
    /**
     * Makes a model ready to answer: does nothing for one in memory, loads one on disk, pulls an absent one first.
     * Requests for one model share the work, which is cancelled when the last of them is. Rejects with `RumboError`.
     */
    async ensure(
      id: ModelId,
      report: (progress: EnsureProgress) => void,
      signal: AbortSignal,
    ): Promise<EnsureResult> {
      const target = parseTarget(id);
      const { lifecycle } = target.engine;
      let isDownloading = false;
      const reporter = progressReporter(report, elapsed);
      const onProgress: OnEngineProgress = (progress) => {
        isDownloading = progress.stage === 'downloading' || progress.stage === 'paused';
        reporter.onProgress(progress);
      };
      try {
        return await tasks.join(
          `${target.provider}/${lifecycle.names.canonical(target.name)}`,
          (reportAll, sharedSignal) =>
            ensureLocalModel(target, { ...deps, elapsed }, reportAll, sharedSignal),
          onProgress,
          signal,
        );
      } catch (cause) {
        const error = toRumboError(cause, signal).with({ provider: target.provider, model: target.name });
        if (error.kind !== 'cancelled' || lifecycle.canCancelPull || !isDownloading) throw error;
        throw pullContinues(lifecycle.label, target.name, error);
      } finally {
        reporter.stop();
      }
    },

    /** Frees the memory of a model. Rejects with `model-not-found` when the engine has none of this name. */
    async unload(id: ModelId, signal: AbortSignal): Promise<void> {
      const target = parseTarget(id);
      const { lifecycle } = target.engine;
      const model = findModel(target, await listLocalModels(target, states, signal));
      if (!model)
        throw new RumboError(`${lifecycle.label} has no model “${target.name}”.`, {
          kind: 'model-not-found',
          provider: target.provider,
          model: target.name,
        });
      await lifecycle.unload(model.name, signal);
      await listLocalModels(target, states, signal);
    },

    /** Asks the engine of a provider for the states of its models. Rejects with `RumboError`. */
    async refresh(provider: string, signal: AbortSignal): Promise<void> {
      await listLocalModels(targetEngine(provider), states, signal);
    },
  };
}

const pullContinues = (label: string, model: string, cause: RumboError): RumboError =>
  new RumboError(
    `Rumbo waits no longer for “${model}”; ${label} continues the download.`,
    { ...cause.data, action: `Stop the download in ${label} if you do not want it.` },
    { cause },
  );

const cannotManageModels = (name: string): RumboError =>
  new RumboError(`Rumbo can make no models available at ${JSON.stringify(name)}.`, {
    kind: 'invalid-request',
    action: 'Name a model of Ollama, Docker Model Runner, llama.cpp or LM Studio.',
  });
