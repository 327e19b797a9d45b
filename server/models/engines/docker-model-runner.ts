/**
 * Docker Model Runner's models: on disk, in memory, from a registry.
 * https://docs.docker.com/ai/model-runner/api-reference/ and its source, https://github.com/docker/model-runner
 */
import * as z from 'zod';
import { RumboError } from '../../../shared/errors.ts';
import type { LocalModel } from '../../../shared/local-models.ts';
import { errorFromResponse } from '../../wire/error-response.ts';
import type { ErrorResponse } from '../../wire/wire-format.ts';
import { layerProgress } from '../layer-progress.ts';
import type { EngineLifecycle } from '../local-engine.ts';
import {
  type NativeConnection,
  type NativeRequest,
  nativeApi,
  nativeRoot,
  tryParseJson,
} from '../native-api.ts';
import { interruptedPull, pullError } from '../pull-error.ts';

const Text = z.string().optional().catch(undefined);
const Stored = z.object({
  id: z.string().min(1),
  tags: z.array(z.string()).catch([]),
  config: z.object({ size: Text }).catch({ size: undefined }),
});
const Running = z.object({ model_name: z.string().min(1), loading: z.boolean().optional().catch(undefined) });
const Configured = z.object({ ModelID: Text, Config: z.record(z.string(), z.unknown()) });
const Unloaded = z.object({ unloaded_runners: z.number() });

const Message = z.object({
  type: z.enum(['progress', 'success', 'warning', 'error']),
  message: z.string().catch(''),
  total: z.number().catch(0),
  layer: z
    .object({ id: z.string().min(1), size: z.number(), current: z.number() })
    .optional()
    .catch(undefined),
});

export function dockerLifecycle(engine: NativeConnection): EngineLifecycle {
  const { label } = engine;
  const ask = nativeApi(engine, nativeRoot(engine.baseUrl));

  const running = async (signal: AbortSignal) =>
    validEntries(await ask.json({ path: '/engines/ps' }, signal), Running);
  const stored = async (signal: AbortSignal) =>
    validEntries(await ask.json({ path: '/models' }, signal), Stored);

  /** What is set for a model is replaced whole, so what the user set elsewhere goes along. */
  const keepAlive = async (model: string, seconds: number, signal: AbortSignal): Promise<void> => {
    const query = encodeURIComponent(model);
    const found = await ask.json({ path: `/engines/_configure?model=${query}` }, signal);
    const [before] = validEntries(found, Configured);
    const wanted = seconds < 0 ? '-1' : seconds === 0 ? '0' : `${Math.round(seconds)}s`;
    if (before?.Config['keep_alive'] === wanted) return;
    const body = { ...before?.Config, model, keep_alive: wanted };
    await ask.json({ path: '/engines/_configure', body, model }, signal);
  };

  return {
    label,
    canCancelPull: true,
    canonicalName: canonicalName,
    isSameModel: (listed, wanted) => canonicalName(listed) === canonicalName(wanted),

    async list(signal) {
      const [models, runners] = await Promise.all([stored(signal), running(signal)]);
      return models.map(({ id, tags, config }): LocalModel => {
        const names = [id, ...tags].map(canonicalName);
        const mine = runners.filter(({ model_name }) => names.includes(canonicalName(model_name)));
        const sizeBytes = bytesIn(config.size);
        const ready = mine.some(({ loading }) => !loading);
        return {
          name: tags[0] ?? id,
          state: ready ? 'loaded' : mine.length > 0 ? 'loading' : 'on-disk',
          ...(sizeBytes === undefined ? {} : { sizeBytes }),
        };
      });
    },

    async load(name, { keepAliveSeconds }, onStep, signal) {
      onStep({ stage: 'loading' });
      if (keepAliveSeconds !== undefined)
        await keepAlive(name, keepAliveSeconds, signal).catch((error: unknown) => {
          // Older versions know no such setting, and a model at work is not changed: it is loaded all the same.
          if (!(error instanceof RumboError) || error.kind === 'cancelled') throw error;
        });
      const embeds = /embed/i.test(name);
      await ask.json(
        {
          path: embeds ? '/engines/v1/embeddings' : '/engines/v1/chat/completions',
          body: { model: name, ...(embeds ? { input: [] } : { messages: [] }) },
          headers: { 'x-preload-only': 'true' },
          model: name,
          timeout: 'load',
        },
        signal,
      );
      return undefined;
    },

    async unload(name, signal) {
      const body = { all: false, backend: '', models: [name] };
      const answer = await ask.json({ path: '/engines/unload', body, model: name }, signal);
      if ((Unloaded.safeParse(answer).data?.unloaded_runners ?? 0) > 0) return;
      const stays = (await running(signal)).some(
        ({ model_name }) => canonicalName(model_name) === canonicalName(name),
      );
      if (stays)
        throw new RumboError(`“${name}” is answering somebody and stays in memory.`, {
          kind: 'overloaded',
          action: 'Try again when it has finished.',
        });
    },

    async pull(name, onStep, signal) {
      const question = {
        path: '/models/create',
        body: { from: name },
        // Exactly this: anything else brings plain text with its quotes escaped for HTML.
        accept: 'application/json',
        model: name,
        timeout: 'pull',
        toError: (refusal: ErrorResponse) =>
          refusal.status >= 500 || refusal.status < 400
            ? pullError(label, name, refusal.body)
            : pullErrorOf(label, name, refusal),
      } satisfies NativeRequest;
      const parts = layerProgress();
      let whole = false;
      // Only so many downloads run at a time; the others wait and hear nothing.
      onStep({ stage: 'waiting' });
      for await (const text of ask.lines(question, 'ndjson', signal)) {
        const { data: message } = Message.safeParse(tryParseJson(text) ?? tryParseJson(withoutHtml(text)));
        // What failed after the first byte is told in plain text, too.
        if (!message) throw pullError(label, name, text);
        if (message.type === 'error') throw pullError(label, name, message.message);
        if (message.type === 'success') whole = true;
        if (message.type !== 'progress' || !message.layer) continue;
        parts.update(message.layer.id, message.layer.current, message.layer.size);
        const sum = parts.sum(message.total);
        const all = sum.completedBytes !== undefined && sum.completedBytes === sum.totalBytes;
        onStep({ stage: all ? 'verifying' : 'downloading', ...sum });
      }
      if (!whole) throw interruptedPull(label, name);
    },
  };
}

const validEntries = <Entry>(body: unknown, schema: z.ZodType<Entry>): Entry[] =>
  Array.isArray(body) ? body.flatMap((value) => schema.safeParse(value).data ?? []) : [];

/** Docker's registry says 401 to whoever asks for a repository that does not exist. */
function pullErrorOf(label: string, name: string, refusal: ErrorResponse): RumboError {
  if (refusal.status === 401 || refusal.status === 403 || refusal.status === 404 || refusal.status === 400)
    return pullError(label, name, 'not found');
  if (refusal.status === 422) return pullError(label, name, 'unsupported');
  return errorFromResponse(refusal);
}

/** `smollm2`, `ai/smollm2` and `docker.io/ai/smollm2:latest` are one model. Digests stand for themselves. */
export function canonicalName(name: string): string {
  if (/^sha256:/.test(name)) return name;
  const known = name.replace(/^(?:index\.)?docker\.io\//, '').replace(/^hf\.co\//, 'huggingface.co/');
  const [, path = known, tag = 'latest'] = /^(.*?)(?::([^/:]+))?$/.exec(known) ?? [];
  return `${path.includes('/') ? '' : 'ai/'}${path.toLowerCase()}:${tag}`;
}

const units: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** `256.35 MiB` and `1.78GB` in bytes; `undefined` when it is no size. */
export function bytesIn(text: string | undefined): number | undefined {
  const [, amount, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?b)\s*$/i.exec(text ?? '') ?? [];
  const bytes = Math.round(Number(amount) * (units[unit.toUpperCase()] ?? Number.NaN));
  return bytes > 0 ? bytes : undefined;
}

const withoutHtml = (text: string): string =>
  text
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
