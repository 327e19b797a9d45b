/** Loads, unloads and pulls LM Studio's models, since version 0.4. https://lmstudio.ai/docs/developer/rest */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { RumboError, toRumboError } from '../../../shared/errors.ts';
import type { LocalModel } from '../../../shared/local-models.ts';
import type { ErrorResponse } from '../../wire/wire-format.ts';
import { layerProgress } from '../layer-progress.ts';
import type { EngineLifecycle, NativeApi, NativeRequest } from '../local-engine.ts';
import { interruptedPull, pullError } from '../pull-error.ts';
import { lmStudioModelNames } from './model-names.ts';

/** Milliseconds between two checks of a download, whose progress LM Studio does not push. */
const defaultPollIntervalMs = 500;

const Bytes = z.number().nonnegative().optional().catch(undefined);
const Entry = z.object({
  key: z.string().min(1),
  size_bytes: Bytes,
  loaded_instances: z.array(z.object({ id: z.string().min(1) })).catch([]),
});
const List = z.object({ models: z.array(z.unknown()) });
const Loaded = z.object({ load_time_seconds: z.number().nonnegative() });
const Job = z.object({
  job_id: z.string().optional().catch(undefined),
  status: z.enum(['downloading', 'paused', 'completed', 'failed', 'already_downloaded']),
  downloaded_bytes: Bytes,
  total_size_bytes: Bytes,
});

/** @param pollIntervalMs between two checks of a download */
export function lmStudioLifecycle(
  api: NativeApi,
  label: string,
  pollIntervalMs = defaultPollIntervalMs,
): EngineLifecycle {
  const entries = async (signal: AbortSignal) => {
    const list = List.safeParse(await api.json({ path: '/api/v1/models' }, signal));
    // Versions before 0.4 answer any path with a 200.
    if (!list.success) throw outdatedVersion(label);
    return list.data.models.flatMap((value) => Entry.safeParse(value).data ?? []);
  };
  const parseJob = (body: unknown): z.infer<typeof Job> => {
    const { success, data } = Job.safeParse(body);
    if (!success) throw outdatedVersion(label);
    return data;
  };

  return {
    label,
    // The interface cannot cancel a download.
    canCancelPull: false,
    names: lmStudioModelNames,

    async list(signal) {
      return (await entries(signal)).map(
        ({ key, size_bytes, loaded_instances }): LocalModel => ({
          name: key,
          state: loaded_instances.length > 0 ? 'loaded' : 'on-disk',
          ...(size_bytes ? { sizeBytes: size_bytes } : {}),
        }),
      );
    },

    // Each request for an answer carries its keep-alive (`ttl`); loading has none.
    async load(name, _options, onProgress, signal) {
      onProgress({ stage: 'loading' });
      const request: NativeRequest = {
        path: '/api/v1/models/load',
        body: { model: name },
        model: name,
        timeout: 'load',
      };
      const { data } = Loaded.safeParse(await api.json(request, signal));
      return data && data.load_time_seconds * 1000;
    },

    async unload(name, signal) {
      const found = (await entries(signal)).find(({ key }) => key.toLowerCase() === name.toLowerCase());
      for (const { id } of found?.loaded_instances ?? []) {
        await api.json({ path: '/api/v1/models/unload', body: { instance_id: id }, model: name }, signal);
      }
    },

    async pull(name, onProgress, signal) {
      const download = layerProgress();
      onProgress({ stage: 'waiting' });
      const request: NativeRequest = {
        path: '/api/v1/models/download',
        body: { model: name },
        model: name,
        toError: ({ body }: ErrorResponse) => pullError(label, name, body),
      };
      const first = parseJob(await api.json(request, signal));
      const path = `/api/v1/models/download/status/${encodeURIComponent(first.job_id ?? '')}`;
      for (let job = first; ; job = parseJob(await api.json({ path, model: name }, signal))) {
        if (job.status === 'already_downloaded' || job.status === 'completed') return;
        if (job.status === 'failed') throw pullError(label, name, '');
        if (first.job_id === undefined) throw interruptedPull(label, name);
        if (job.downloaded_bytes !== undefined)
          download.update(name, job.downloaded_bytes, job.total_size_bytes);
        onProgress({ stage: job.status, ...download.sum() });
        await sleep(pollIntervalMs, undefined, { signal }).catch((cause: unknown) => {
          throw toRumboError(cause, signal);
        });
      }
    },
  };
}

const outdatedVersion = (label: string): RumboError =>
  new RumboError(`This version of ${label} cannot fetch and load models on request.`, {
    kind: 'bad-response',
    action: 'Update LM Studio to version 0.4 or later.',
  });
