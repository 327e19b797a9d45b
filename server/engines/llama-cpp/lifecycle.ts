/**
 * Loads, unloads and pulls llama-server's models. Only a router can; a server with one model has that one alone.
 * https://github.com/ggml-org/llama.cpp/tree/master/tools/server#using-multiple-models
 */
import { RumboError } from '../../../shared/errors.ts';
import type { LocalModel } from '../../../shared/local-models.ts';
import type { ErrorResponse } from '../../wire/wire-format.ts';
import { hideModelPath } from '../define.ts';
import { layerProgress } from '../layer-progress.ts';
import type { EngineLifecycle, NativeApi } from '../local-engine.ts';
import { pullError } from '../pull-error.ts';
import { llamaModelNames } from './model-names.ts';
import { llamaRouter, type RouterEntry } from './router.ts';

/** Milliseconds that cancelling a download may take in the background. */
const cancelTimeoutMs = 5_000;

/** @param pollIntervalMs between two checks of the list while something changes. Absent: `followRouter`'s default */
export function llamaCppLifecycle(api: NativeApi, label: string, pollIntervalMs?: number): EngineLifecycle {
  const router = llamaRouter(api, pollIntervalMs);

  /** Unloading a downloading model cancels its download; the next one resumes from the router's cache. */
  const cancelDownload = async (model: string): Promise<void> => {
    const signal = AbortSignal.timeout(cancelTimeoutMs);
    await api.json({ path: '/models/unload', body: { model }, model }, signal).catch(() => {});
  };

  return {
    label,
    canCancelPull: true,
    names: llamaModelNames,

    async list(signal) {
      const found = await router.entries(signal);
      // Only a router reports states; a single model answers, so it is loaded unless it sleeps.
      const { is_sleeping } = found.some(({ status }) => status) ? {} : await router.props(signal);
      return found.map((entry) => toLocalModel(entry, is_sleeping === true));
    },

    async load(name, _options, onProgress, signal) {
      onProgress({ stage: 'loading' });
      const entry = await router.find(name, signal);
      if (entry?.status?.value === 'sleeping' || (entry && !entry.status)) {
        // Generates nothing: any task wakes a sleeping model, and a loaded one ignores it.
        const wake = { model: name, prompt: ' ', n_predict: 0 };
        await api.json({ path: '/completion', body: wake, model: name, timeout: 'load' }, signal);
        return undefined;
      }
      await router.order('/models/load', name, /already running/i, signal);
      await router.follow(
        name,
        ({ loaded }) =>
          onProgress({ stage: 'loading', ...(loaded === undefined ? {} : { fraction: loaded }) }),
        (now) => {
          const value = now?.status?.value;
          if (value === 'loaded' || value === 'sleeping') return true;
          if (value === 'loading') return undefined;
          throw loadFailure(label, name, now);
        },
        signal,
      );
      return undefined;
    },

    async unload(name, signal) {
      const accepted = await router.order('/models/unload', name, /not running/i, signal);
      if (!accepted) return;
      const isUnloaded = (now: RouterEntry | undefined) =>
        now === undefined || now.status?.value === 'unloaded' ? true : undefined;
      await router.follow(name, () => {}, isUnloaded, signal);
    },

    async pull(name, onProgress, signal) {
      onProgress({ stage: 'waiting' });
      if ((await router.props(signal)).role !== 'router') throw singleModelServer(label);
      const toError = (response: ErrorResponse) => pullError(label, name, response.body);
      const files = layerProgress();
      let hasFailed = false;
      try {
        await api
          .json({ path: '/models', body: { model: name }, model: name, toError }, signal)
          .catch((error) => {
            // Another client has begun this download: the list shows its progress.
            if (!(error instanceof RumboError) || !/already exists/.test(error.message)) throw error;
          });
        await router.follow(
          name,
          (event) => {
            if (event.downloadFailed) hasFailed = true;
            for (const { id, done, total } of event.files ?? []) files.update(id, done, total);
            if (event.files) onProgress({ stage: 'downloading', ...files.sum() });
          },
          (now) => {
            if (now?.status?.value === 'downloading' || now?.status?.value === 'downloaded') return undefined;
            if (now) return true;
            // The router reports a finished download even when there was nothing to fetch: only the list is reliable.
            throw pullError(label, name, hasFailed ? '' : 'not found');
          },
          signal,
        );
      } catch (error) {
        if (signal.aborted) await cancelDownload(name);
        throw error;
      }
    },
  };
}

function toLocalModel({ id, status, meta }: RouterEntry, isSleeping: boolean): LocalModel {
  const stateOfSingle = isSleeping ? 'sleeping' : 'loaded';
  const state = status ? states[status.value] : stateOfSingle;
  return {
    name: hideModelPath(id),
    state,
    ...(status?.progress && state === 'loading' ? { progress: status.progress.value } : {}),
    ...(meta?.size ? { sizeBytes: meta.size } : {}),
    ...(meta?.size && state === 'loaded' ? { memoryBytes: meta.size } : {}),
    ...(status?.failed ? { failed: true } : {}),
  };
}

const states = {
  unloaded: 'on-disk',
  loading: 'loading',
  loaded: 'loaded',
  sleeping: 'sleeping',
  downloading: 'downloading',
  downloaded: 'downloading',
} as const;

function loadFailure(label: string, name: string, entry: RouterEntry | undefined): RumboError {
  if (!entry)
    return new RumboError(`${label} does not have “${name}” any more.`, {
      kind: 'model-not-found',
      model: name,
    });
  const { exit_code, failed } = entry.status ?? {};
  return new RumboError(
    failed
      ? `${label} could not load “${name}”: its process ended with code ${exit_code ?? '?'}.`
      : `“${name}” was unloaded before it had been loaded.`,
    { kind: 'bad-response', action: 'Look into the log of llama-server, or choose another model.' },
  );
}

const singleModelServer = (label: string): RumboError =>
  new RumboError(`This ${label} server was started with one model and cannot fetch others.`, {
    kind: 'invalid-request',
    action: 'Start llama-server without -m to let it manage models.',
  });
