/** Ollama's models: on disk, in memory, from its registry. https://github.com/ollama/ollama/blob/main/docs/api.md */
import * as z from 'zod';
import { RumboError } from '../../../shared/errors.ts';
import type { LocalModel } from '../../../shared/local-models.ts';
import { isOllamaCloudModel } from '../../wire/ollama-models.ts';
import { layerProgress } from '../layer-progress.ts';
import type { EngineLifecycle, EngineProgress } from '../local-engine.ts';
import {
  type NativeConnection,
  type NativeRequest,
  nativeApi,
  nativeRoot,
  tryParseJson,
} from '../native-api.ts';
import { interruptedPull, pullError } from '../pull-error.ts';

const Bytes = z.number().positive().optional().catch(undefined);
const Listed = z.object({
  name: z.string().min(1),
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

export function ollamaLifecycle(engine: NativeConnection): EngineLifecycle {
  const { label } = engine;
  const ask = nativeApi(engine, nativeRoot(engine.baseUrl));

  /** The empty request that reads a model into memory; embedding models have none but this other one. */
  const preload = async (model: string, keepAlive: object, signal: AbortSignal): Promise<unknown> => {
    const body = { model, ...keepAlive };
    try {
      const generate = { path: '/api/generate', body: { ...body, stream: false } };
      return await ask.json({ ...generate, model, timeout: 'load' }, signal);
    } catch (error) {
      if (!(error instanceof RumboError) || !/does not support generate/i.test(error.message)) throw error;
      return await ask.json(
        { path: '/api/embed', body: { ...body, input: [] }, model, timeout: 'load' },
        signal,
      );
    }
  };

  return {
    label,
    canCancelPull: true,
    canonicalName: canonicalName,
    isSameModel: (listed, wanted) => canonicalName(listed) === canonicalName(wanted),

    async list(signal) {
      const [tags, loaded] = await Promise.all([
        ask.json({ path: '/api/tags' }, signal),
        ask.json({ path: '/api/ps' }, signal),
      ]);
      const inMemory = new Map(entries(loaded, Loaded).map((entry) => [entry.name, entry]));
      return entries(tags, Listed)
        .filter(({ name, remote_host }) => !remote_host && !isOllamaCloudModel(name))
        .map(({ name, size }) => modelOf(name, size, inMemory.get(name)));
    },

    async load(name, { keepAliveSeconds }, onStep, signal) {
      onStep({ stage: 'loading' });
      const keepAlive = keepAliveSeconds === undefined ? {} : { keep_alive: keepAliveSeconds };
      const { data: done } = Done.safeParse(await preload(name, keepAlive, signal));
      return done && done.load_duration / 1_000_000;
    },

    async unload(name, signal) {
      await preload(name, { keep_alive: 0 }, signal);
    },

    async pull(name, onStep, signal) {
      if (isOllamaCloudModel(name)) throw cloudModel(label, name);
      const question = {
        path: '/api/pull',
        body: { model: name, stream: true },
        accept: 'application/x-ndjson',
        model: name,
        timeout: 'pull',
        toError: ({ body }: { readonly body: string }) => pullError(label, name, body),
      } satisfies NativeRequest;
      const parts = layerProgress();
      let whole = false;
      onStep({ stage: 'waiting' });
      for await (const text of ask.lines(question, 'ndjson', signal)) {
        const { data: line } = Line.safeParse(tryParseJson(text));
        // The status was sent before the registry was asked: a model nobody has is a 200 with an error in it.
        if (line?.error !== undefined) throw pullError(label, name, line.error);
        if (!line?.status) continue;
        whole = line.status === 'success';
        if (line.digest) parts.update(line.digest, line.completed ?? 0, line.total);
        onStep({ stage: stageOf(line.status), ...parts.sum() });
      }
      if (!whole) throw interruptedPull(label, name);
    },
  };
}

function entries<Entry>(body: unknown, schema: z.ZodType<Entry>): Entry[] {
  const list = List.safeParse(body);
  if (!list.success)
    throw new RumboError('Ollama’s list of models cannot be read.', { kind: 'bad-response' });
  return list.data.models.flatMap((value) => schema.safeParse(value).data ?? []);
}

const modelOf = (
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

/** A name without a tag is `latest`; the registry's own address and its default folder are not written out in lists. */
const canonicalName = (name: string): string => {
  const short = name.replace(/^(?:registry\.ollama\.ai\/)?(?:library\/)?/, '');
  return short.slice(short.lastIndexOf('/') + 1).includes(':') ? short : `${short}:latest`;
};

const cloudModel = (label: string, name: string): RumboError =>
  new RumboError(`“${name}” runs on the servers of ${label}’s makers and cannot be fetched.`, {
    kind: 'invalid-request',
    action: 'Choose a model without “cloud” in its name.',
  });
