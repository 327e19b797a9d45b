/** LM Studio's models, since version 0.4: on disk, in memory, from its catalogue. https://lmstudio.ai/docs/developer/rest */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { RumboError, toRumboError } from '../../../shared/errors.ts';
import type { LocalModel } from '../../../shared/local-models.ts';
import { layerProgress } from '../layer-progress.ts';
import type { EngineLifecycle } from '../local-engine.ts';
import { type NativeConnection, nativeApi, nativeRoot } from '../native-api.ts';
import { interruptedPull, pullError } from '../pull-error.ts';

/** Milliseconds between two looks at a download, of which LM Studio tells nothing by itself. */
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

/** @param pauseMs between two looks at a download. Absent: half a second */
export function lmStudioLifecycle(
  engine: NativeConnection,
  pauseMs = defaultPollIntervalMs,
): EngineLifecycle {
  const { label } = engine;
  const ask = nativeApi(engine, nativeRoot(engine.baseUrl));

  const entries = async (signal: AbortSignal) => {
    const list = List.safeParse(await ask.json({ path: '/api/v1/models' }, signal));
    // Versions before 0.4 answer any path with a 200.
    if (!list.success) throw outdatedVersion(label);
    return list.data.models.flatMap((value) => Entry.safeParse(value).data ?? []);
  };
  const job = (body: unknown): z.infer<typeof Job> => {
    const read = Job.safeParse(body);
    if (!read.success) throw outdatedVersion(label);
    return read.data;
  };

  return {
    label,
    // There is no word for giving up a download.
    canCancelPull: false,
    canonicalName: (name) => name.toLowerCase(),
    isSameModel: (listed, wanted) => listed.toLowerCase() === wanted.toLowerCase(),

    async list(signal) {
      return (await entries(signal)).map(
        ({ key, size_bytes, loaded_instances }): LocalModel => ({
          name: key,
          state: loaded_instances.length > 0 ? 'loaded' : 'on-disk',
          ...(size_bytes ? { sizeBytes: size_bytes } : {}),
        }),
      );
    },

    // How long it stays is said with each question (`ttl`), not here.
    async load(name, _options, onStep, signal) {
      onStep({ stage: 'loading' });
      const question = { path: '/api/v1/models/load', body: { model: name }, model: name };
      const answer = await ask.json({ ...question, timeout: 'load' }, signal);
      const { data } = Loaded.safeParse(answer);
      return data && data.load_time_seconds * 1000;
    },

    async unload(name, signal) {
      const found = (await entries(signal)).find(({ key }) => key.toLowerCase() === name.toLowerCase());
      for (const { id } of found?.loaded_instances ?? []) {
        await ask.json({ path: '/api/v1/models/unload', body: { instance_id: id }, model: name }, signal);
      }
    },

    async pull(name, onStep, signal) {
      const part = layerProgress();
      onStep({ stage: 'waiting' });
      const toError = ({ body }: { readonly body: string }) => pullError(label, name, body);
      const first = { path: '/api/v1/models/download', body: { model: name }, model: name, toError };
      const begun = job(await ask.json(first, signal));
      const path = `/api/v1/models/download/status/${encodeURIComponent(begun.job_id ?? '')}`;
      for (let now = begun; ; now = job(await ask.json({ path, model: name }, signal))) {
        if (now.status === 'already_downloaded' || now.status === 'completed') return;
        if (now.status === 'failed') throw pullError(label, name, '');
        if (begun.job_id === undefined) throw interruptedPull(label, name);
        if (now.downloaded_bytes !== undefined) part.update(name, now.downloaded_bytes, now.total_size_bytes);
        onStep({ stage: now.status, ...part.sum() });
        await sleep(pauseMs, undefined, { signal }).catch((cause: unknown) => {
          throw toRumboError(cause, signal);
        });
      }
    },
  };
}

const outdatedVersion = (label: string): RumboError =>
  new RumboError(`This version of ${label} cannot be asked to fetch and load models.`, {
    kind: 'bad-response',
    action: 'Update LM Studio to version 0.4 or later.',
  });
