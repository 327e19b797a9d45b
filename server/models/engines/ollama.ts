/** Ollama's models: on disk, in memory, from its registry. https://github.com/ollama/ollama/blob/main/docs/api.md */
import * as z from 'zod';
import { RumboError } from '../../../shared/errors.ts';
import type { LocalModel } from '../../../shared/local-models.ts';
import { isOllamaCloudModel } from '../../wire/ollama-models.ts';
import { layers } from '../layer-progress.ts';
import type { LocalModelHost, Step } from '../local-engine.ts';
import { asking, jsonIn, type LocalEngine, rootOf } from '../native-api.ts';
import { brokeOff, pullFailure } from '../pull-failure.ts';

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

export function ollamaModels(engine: LocalEngine): LocalModelHost {
  const { label } = engine;
  const ask = asking(engine, rootOf(engine.baseUrl));

  /** The empty request that reads a model into memory; embedding models have none but this other one. */
  const preload = async (model: string, keepAlive: object, signal: AbortSignal): Promise<unknown> => {
    const body = { model, ...keepAlive };
    try {
      const generate = { path: '/api/generate', body: { ...body, stream: false } };
      return await ask.json({ ...generate, model, patience: 'load' }, signal);
    } catch (error) {
      if (!(error instanceof RumboError) || !/does not support generate/i.test(error.message)) throw error;
      return await ask.json(
        { path: '/api/embed', body: { ...body, input: [] }, model, patience: 'load' },
        signal,
      );
    }
  };

  return {
    label,
    stops: true,
    canonical: tagged,
    isSame: (listed, wanted) => tagged(listed) === tagged(wanted),

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
      if (isOllamaCloudModel(name)) throw notHere(label, name);
      const question = {
        path: '/api/pull',
        body: { model: name, stream: true },
        accept: 'application/x-ndjson',
        model: name,
        patience: 'pull',
        refused: ({ body }: { readonly body: string }) => pullFailure(label, name, body),
      } as const;
      const parts = layers();
      let whole = false;
      onStep({ stage: 'waiting' });
      for await (const text of ask.lines(question, 'ndjson', signal)) {
        const { data: line } = Line.safeParse(jsonIn(text));
        // The status was sent before the registry was asked: a model nobody has is a 200 with an error in it.
        if (line?.error !== undefined) throw pullFailure(label, name, line.error);
        if (!line?.status) continue;
        whole = line.status === 'success';
        if (line.digest) parts.heard(line.digest, line.completed ?? 0, line.total);
        onStep({ stage: stageOf(line.status), ...parts.sum() });
      }
      if (!whole) throw brokeOff(label, name);
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

function stageOf(status: string): Step['stage'] {
  if (status === 'pulling manifest') return 'waiting';
  return status.startsWith('pulling ') ? 'downloading' : 'verifying';
}

/** A name without a tag is `latest`; the registry's own address and its default folder are not written out in lists. */
const tagged = (name: string): string => {
  const short = name.replace(/^(?:registry\.ollama\.ai\/)?(?:library\/)?/, '');
  return short.slice(short.lastIndexOf('/') + 1).includes(':') ? short : `${short}:latest`;
};

const notHere = (label: string, name: string): RumboError =>
  new RumboError(`“${name}” runs on the servers of ${label}’s makers and cannot be fetched.`, {
    kind: 'invalid-request',
    action: 'Choose a model without “cloud” in its name.',
  });
