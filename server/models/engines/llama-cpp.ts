/**
 * llama-server's models. As a router it loads, frees and fetches them; started with one model it has that one only.
 * https://github.com/ggml-org/llama.cpp/tree/master/tools/server#using-multiple-models
 */
import * as z from 'zod';
import { RumboError } from '../../../shared/errors.ts';
import type { LocalModel } from '../../../shared/local-models.ts';
import { baseName } from '../../engines/define.ts';
import type { ErrorResponse } from '../../wire/wire-format.ts';
import { layerProgress } from '../layer-progress.ts';
import type { EngineLifecycle } from '../local-engine.ts';
import { type NativeConnection, nativeApi, nativeRoot } from '../native-api.ts';
import { pullError } from '../pull-error.ts';
import { followRouter, type RouterEvent } from './llama-router-events.ts';

const Entry = z.object({
  id: z.string().min(1),
  status: z
    .object({
      value: z.enum(['unloaded', 'loading', 'loaded', 'sleeping', 'downloading', 'downloaded']),
      progress: z.object({ value: z.number() }).optional().catch(undefined),
      exit_code: z.number().optional().catch(undefined),
      failed: z.boolean().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  meta: z
    .object({ size: z.number().positive().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
type Entry = z.infer<typeof Entry>;
const List = z.object({ data: z.array(z.unknown()) });
const Props = z.object({
  role: z.string().optional().catch(undefined),
  is_sleeping: z.boolean().optional().catch(undefined),
});

/** Milliseconds that stopping a download may take when nobody waits for it any more. */
const stopTimeoutMs = 5_000;

/** @param pollIntervalMs between two looks at the list while something changes. Absent: as followRouter has it */
export function llamaCppLifecycle(engine: NativeConnection, pollIntervalMs?: number): EngineLifecycle {
  const { label } = engine;
  const ask = nativeApi(engine, nativeRoot(engine.baseUrl));

  const props = async (signal: AbortSignal) =>
    Props.safeParse(await ask.json({ path: '/props' }, signal)).data ?? {};
  const entries = async (signal: AbortSignal): Promise<readonly Entry[]> => {
    const list = List.safeParse(await ask.json({ path: '/models' }, signal));
    if (!list.success)
      throw new RumboError('llama-server’s list of models cannot be read.', { kind: 'bad-response' });
    return list.data.data.flatMap((value) => Entry.safeParse(value).data ?? []);
  };
  const entryOf = async (name: string, signal: AbortSignal) =>
    (await entries(signal)).find(({ id }) => isSameModel(id, name));
  /** Whether it took the order; `false`: there was nothing to do, as `done` says. */
  const order = async (path: string, model: string, done: RegExp, signal: AbortSignal): Promise<boolean> => {
    try {
      await ask.json({ path, body: { model }, model }, signal);
      return true;
    } catch (error) {
      if (error instanceof RumboError && error.data.status === 400 && done.test(error.message)) return false;
      throw error;
    }
  };
  /** Looks at the list whenever something happens to a model, until `settled` has an answer. */
  const follow = <T>(
    model: string,
    onEvent: (news: RouterEvent) => void,
    settled: (entry: Entry | undefined) => T | undefined,
    signal: AbortSignal,
  ): Promise<T> =>
    followRouter(ask, {
      isAbout: (each) => isSameModel(each, model),
      onEvent,
      check: async () => settled(await entryOf(model, signal)),
      signal,
      ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }),
    });

  return {
    label,
    canCancelPull: true,
    canonicalName: (name) => name,
    isSameModel,

    async list(signal) {
      const found = await entries(signal);
      // Only a router tells states; a single model answers, so it is there.
      const { is_sleeping } = found.some(({ status }) => status) ? {} : await props(signal);
      return found.map((entry) => modelOf(entry, is_sleeping === true));
    },

    async load(name, _options, onStep, signal) {
      onStep({ stage: 'loading' });
      const entry = await entryOf(name, signal);
      if (entry?.status?.value === 'sleeping' || (entry && !entry.status)) {
        // Nothing to write: any task wakes it, and one that is awake does nothing.
        const wake = { model: name, prompt: ' ', n_predict: 0 };
        await ask.json({ path: '/completion', body: wake, model: name, timeout: 'load' }, signal);
        return undefined;
      }
      await order('/models/load', name, /already running/i, signal);
      await follow(
        name,
        (news) =>
          onStep({ stage: 'loading', ...(news.loaded === undefined ? {} : { fraction: news.loaded }) }),
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
      const taken = await order('/models/unload', name, /not running/i, signal);
      if (!taken) return;
      const isFree = (now: Entry | undefined) =>
        now === undefined || now.status?.value === 'unloaded' ? true : undefined;
      await follow(name, () => {}, isFree, signal);
    },

    async pull(name, onStep, signal) {
      onStep({ stage: 'waiting' });
      if ((await props(signal)).role !== 'router') throw singleModelServer(label);
      const toError = (refusal: ErrorResponse) => pullError(label, name, refusal.body);
      const parts = layerProgress();
      let failed = false;
      try {
        await ask
          .json({ path: '/models', body: { model: name }, model: name, toError }, signal)
          .catch((error) => {
            // Somebody else has begun: the list tells how that goes.
            if (!(error instanceof RumboError) || !/already exists/.test(error.message)) throw error;
          });
        await follow(
          name,
          (news) => {
            if (news.downloadFailed) failed = true;
            for (const { id, done, total } of news.files ?? []) parts.update(id, done, total);
            if (news.files) onStep({ stage: 'downloading', ...parts.sum() });
          },
          (now) => {
            if (now?.status?.value === 'downloading' || now?.status?.value === 'downloaded') return undefined;
            if (now) return true;
            // It says that a download has finished even when there was nothing to fetch: only the list tells.
            throw pullError(label, name, failed ? '' : 'not found');
          },
          signal,
        );
      } catch (error) {
        if (signal.aborted) await stop(name);
        throw error;
      }
    },
  };

  /** Unloading is also how a download is stopped; what has arrived stays in its cache. */
  async function stop(model: string): Promise<void> {
    const signal = AbortSignal.timeout(stopTimeoutMs);
    await ask.json({ path: '/models/unload', body: { model }, model }, signal).catch(() => {});
  }
}

/** A repository without a quantisation becomes one with the quantisation that was chosen. */
const isSameModel = (listed: string, wanted: string): boolean =>
  listed === wanted ||
  displayName(listed) === wanted ||
  (wanted.includes('/') && listed.startsWith(`${wanted}:`));

/** A server with one model and no alias names it by its file; the path stays private. */
const displayName = (id: string): string => (/[\\/].*\.gguf$/i.test(id) ? baseName(id) : id);

function modelOf({ id, status, meta }: Entry, isSleeping: boolean): LocalModel {
  const alone = isSleeping ? 'sleeping' : 'loaded';
  const state = status ? states[status.value] : alone;
  return {
    name: displayName(id),
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

function loadFailure(label: string, name: string, entry: Entry | undefined): RumboError {
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
