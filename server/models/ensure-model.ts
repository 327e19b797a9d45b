/** Makes one local model ready to answer: pulls it if it is absent, loads it if it is not in memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelId } from '../../shared/chat.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import type { EnsureResult, LocalModel } from '../../shared/local-models.ts';
import type { LoadOptions, OnEngineProgress } from '../engines/local-engine.ts';
import { findModelNamed } from '../engines/model-names.ts';
import { diskSpaceCheck } from './disk-space-check.ts';
import type { LoadTimes } from './load-times.ts';
import type { LocalEngine } from './local-engine.ts';
import type { LocalModelStates } from './local-model-states.ts';

export type ModelTarget = {
  readonly id: ModelId;
  readonly provider: string;
  /** As the user or a registry names it. */
  readonly name: string;
  readonly engine: LocalEngine;
};

export type EnsureModelDeps = {
  readonly states: Pick<LocalModelStates, 'setList' | 'setInProgress'>;
  readonly loadTimes: Pick<LoadTimes, 'record'>;
  /** Read at each load. */
  readonly loadOptions: () => LoadOptions;
  /** Milliseconds of a monotonic clock. */
  readonly elapsed: () => number;
};

/** Milliseconds between two polls of an engine that is loading its only model and reports nothing else. */
const loadingPollIntervalMs = 250;
/** Ten minutes. */
const maxLoadingPolls = 2_400;

/** Asks the engine for its models. Rejects with `RumboError`. */
export async function listLocalModels(
  { provider, engine }: Pick<ModelTarget, 'provider' | 'engine'>,
  states: Pick<LocalModelStates, 'setList'>,
  signal: AbortSignal,
): Promise<readonly LocalModel[]> {
  const models = await engine.lifecycle.list(signal);
  states.setList(provider, models);
  return models;
}

/** `undefined`: the list has no such model. */
export const findModel = (
  { name, engine }: ModelTarget,
  models: readonly LocalModel[],
): LocalModel | undefined => findModelNamed(engine.lifecycle.names, models, name);

/** Rejects with `RumboError`. */
export async function ensureLocalModel(
  target: ModelTarget,
  deps: EnsureModelDeps,
  onProgress: OnEngineProgress,
  signal: AbortSignal,
): Promise<EnsureResult> {
  onProgress({ stage: 'checking' });
  const before = await listWhenLoaded(target, deps, onProgress, signal);
  const idOf = ({ name }: LocalModel): ModelId => `${target.provider}/${name}`;
  const existing = findModel(target, before);
  const present = existing?.state === 'downloading' ? undefined : existing;
  if (present?.state === 'loaded') return { model: idOf(present), outcome: 'was-loaded' };
  const ready = present ?? (await pullAndFind(target, before, deps, onProgress, signal));
  if (!ready) return { model: target.id, outcome: 'pulled' };
  const loadMs = await load(target, ready, deps, onProgress, signal);
  await listLocalModels(target, deps.states, signal).catch(() => {});
  return { model: idOf(ready), outcome: present ? 'loaded' : 'pulled', loadMs };
}

/** An engine with one model answers every request with “loading” until the model is in memory. */
async function listWhenLoaded(
  target: ModelTarget,
  { states }: EnsureModelDeps,
  onProgress: OnEngineProgress,
  signal: AbortSignal,
): Promise<readonly LocalModel[]> {
  for (let poll = 1; ; poll++) {
    try {
      return await listLocalModels(target, states, signal);
    } catch (error) {
      if (!(error instanceof RumboError) || error.kind !== 'loading' || poll >= maxLoadingPolls) throw error;
      onProgress({ stage: 'loading' });
      await sleep(loadingPollIntervalMs, undefined, { signal }).catch((cause: unknown) => {
        throw toRumboError(cause, signal);
      });
    }
  }
}

/** Milliseconds that the load took. */
async function load(
  { provider, engine }: ModelTarget,
  model: LocalModel,
  { states, loadTimes, loadOptions, elapsed }: EnsureModelDeps,
  onProgress: OnEngineProgress,
  signal: AbortSignal,
): Promise<number> {
  const id: ModelId = `${provider}/${model.name}`;
  const startedMs = elapsed();
  try {
    const reportedMs = await engine.lifecycle.load(
      model.name,
      loadOptions(),
      (progress) => {
        const { fraction } = progress;
        states.setInProgress(id, {
          state: 'loading',
          ...(fraction === undefined ? {} : { progress: fraction }),
        });
        onProgress(progress);
      },
      signal,
    );
    const loadMs = reportedMs ?? elapsed() - startedMs;
    // A model that was loading or sleeping says nothing about a cold start.
    if (model.state === 'on-disk') loadTimes.record(id, loadMs, model.sizeBytes);
    return loadMs;
  } finally {
    states.setInProgress(id, undefined);
  }
}

async function pull(
  { id, name, engine }: ModelTarget,
  { states }: EnsureModelDeps,
  onProgress: OnEngineProgress,
  signal: AbortSignal,
): Promise<void> {
  const spaceCheck = diskSpaceCheck(name, engine, signal);
  try {
    await engine.lifecycle.pull(
      name,
      (progress) => {
        spaceCheck.onProgress(progress);
        const { completedBytes, totalBytes } = progress;
        const fraction = completedBytes !== undefined && totalBytes ? completedBytes / totalBytes : undefined;
        states.setInProgress(id, {
          state: 'downloading',
          ...(fraction === undefined ? {} : { progress: fraction }),
        });
        onProgress(progress);
      },
      spaceCheck.signal,
    );
  } catch (cause) {
    throw spaceCheck.error() ?? toRumboError(cause, signal);
  } finally {
    states.setInProgress(id, undefined);
  }
}

/** Pulls an absent model and returns its entry. `undefined`: it is unclear which entry it is. */
async function pullAndFind(
  target: ModelTarget,
  before: readonly LocalModel[],
  deps: EnsureModelDeps,
  onProgress: OnEngineProgress,
  signal: AbortSignal,
): Promise<LocalModel | undefined> {
  await pull(target, deps, onProgress, signal);
  const after = await listLocalModels(target, deps.states, signal);
  const added = after.filter(({ name }) => !before.some((each) => each.name === name));
  // A model that was pulled by its address may get a name of the engine's own.
  return findModel(target, after) ?? (added.length === 1 ? added[0] : undefined);
}
