/** Loads, unloads and pulls Ollama's models. https://github.com/ollama/ollama/blob/main/docs/api.md */
import * as z from 'zod';
import { RumboError } from '../../../shared/errors.ts';
import type { LocalModel } from '../../../shared/local-models.ts';
import { tryParseJson } from '../../wire/json-object.ts';
import { isOllamaCloudModel } from '../../wire/ollama-models.ts';
import { layerProgress } from '../layer-progress.ts';
import type { EngineLifecycle, EngineProgress, NativeApi, NativeRequest } from '../local-engine.ts';
import { interruptedPull, pullError } from '../pull-error.ts';
import { ollamaModelNames } from './model-names.ts';
import { sharedRunners } from './shared-runners.ts';

const Bytes = z.number().positive().optional().catch(undefined);
const Listed = z.object({
  name: z.string().min(1),
  digest: z.string().optional().catch(undefined),
  remote_host: z.string().optional().catch(undefined),
  size: Bytes,
});
const Loaded = z.object({
  name: z.string().min(1),
  size: Bytes,
  expires_at: z.string().optional().catch(undefined),
});
const List = z.object({ models: z.array(z.unknown()) });

const Line = z.object({
  status: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
  digest: z.string().optional().catch(undefined),
  total: z.number().optional().catch(undefined),
  completed: z.number().optional().catch(undefined),
});

const Done = z.object({ load_duration: z.number().positive() });

export function ollamaLifecycle(api: NativeApi, label: string): EngineLifecycle {
  /** An empty request reads a model into memory; embedding models accept the second kind only. */
  const preload = async (model: string, keepAlive: object, signal: AbortSignal): Promise<unknown> => {
    const body = { model, ...keepAlive };
    try {
      const generate = { path: '/api/generate', body: { ...body, stream: false } };
      return await api.json({ ...generate, model, timeout: 'load' }, signal);
    } catch (error) {
      if (!(error instanceof RumboError) || !/does not support generate/i.test(error.message)) throw error;
      return await api.json(
        { path: '/api/embed', body: { ...body, input: [] }, model, timeout: 'load' },
        signal,
      );
    }
  };

  const runners = sharedRunners(api);

  return {
    label,
    canCancelPull: true,
    names: ollamaModelNames,

    async list(signal) {
      const [tags, loaded] = await Promise.all([
        api.json({ path: '/api/tags' }, signal),
        api.json({ path: '/api/ps' }, signal),
      ]);
      const models = entriesOf(tags, Listed).filter(
        ({ name, remote_host }) => !remote_host && !isOllamaCloudModel(name),
      );
      const inMemory = await runners.withSharedWeights(models, entriesOf(loaded, Loaded), signal);
      return models.map(({ name, size }) => toLocalModel(name, size, inMemory.get(name)));
    },

    async load(name, { keepAliveSeconds }, onProgress, signal) {
      onProgress({ stage: 'loading' });
      const keepAlive = keepAliveSeconds === undefined ? {} : { keep_alive: keepAliveSeconds };
      const { data: done } = Done.safeParse(await preload(name, keepAlive, signal));
      return done && done.load_duration / 1_000_000;
    },

    async unload(name, signal) {
      await preload(name, { keep_alive: 0 }, signal);
    },

    async pull(name, onProgress, signal) {
      if (isOllamaCloudModel(name)) throw cloudModel(label, name);
      const request: NativeRequest = {
        path: '/api/pull',
        body: { model: name, stream: true },
        accept: 'application/x-ndjson',
        model: name,
        timeout: 'pull',
        toError: ({ body }) => pullError(label, name, body),
      };
      const layers = layerProgress();
      let isComplete = false;
      onProgress({ stage: 'waiting' });
      for await (const text of api.lines(request, 'ndjson', signal)) {
        const { data: line } = Line.safeParse(tryParseJson(text));
        // Ollama sends the status before it contacts the registry: an unknown model is a 200 with an error in it.
        if (line?.error !== undefined) throw pullError(label, name, line.error);
        if (!line?.status) continue;
        isComplete = line.status === 'success';
        if (line.digest) layers.update(line.digest, line.completed ?? 0, line.total);
        onProgress({ stage: stageOf(line.status), ...layers.sum() });
      }
      if (!isComplete) throw interruptedPull(label, name);
    },
  };
}

function entriesOf<Entry>(body: unknown, schema: z.ZodType<Entry>): Entry[] {
  const list = List.safeParse(body);
  if (!list.success)
    throw new RumboError('Ollama’s list of models cannot be read.', { kind: 'bad-response' });
  return list.data.models.flatMap((value) => schema.safeParse(value).data ?? []);
}

const toLocalModel = (
  name: string,
  size: number | undefined,
  loaded: z.infer<typeof Loaded> | undefined,
): LocalModel => ({
  name,
  state: loaded ? 'loaded' : 'on-disk',
  ...(size === undefined ? {} : { sizeBytes: size }),
  ...(loaded?.size === undefined ? {} : { memoryBytes: loaded.size }),
  ...(loaded?.expires_at === undefined ? {} : { until: loaded.expires_at }),
});

function stageOf(status: string): EngineProgress['stage'] {
  if (status === 'pulling manifest') return 'waiting';
  return status.startsWith('pulling ') ? 'downloading' : 'verifying';
}

const cloudModel = (label: string, name: string): RumboError =>
  new RumboError(`“${name}” runs on the servers of ${label}’s makers and cannot be fetched.`, {
    kind: 'invalid-request',
    action: 'Choose a model without “cloud” in its name.',
  });
