/**
 * Loads, unloads and pulls Docker Model Runner's models.
 * https://docs.docker.com/ai/model-runner/api-reference/ and its source, https://github.com/docker/model-runner
 */
import * as z from 'zod';
import { RumboError } from '../../../shared/errors.ts';
import type { LocalModel } from '../../../shared/local-models.ts';
import { errorFromResponse } from '../../wire/error-response.ts';
import { tryParseJson } from '../../wire/json-object.ts';
import type { ErrorResponse } from '../../wire/wire-format.ts';
import { layerProgress } from '../layer-progress.ts';
import type { EngineLifecycle, NativeApi, NativeRequest } from '../local-engine.ts';
import { parseSize } from '../loose-json.ts';
import { interruptedPull, pullError } from '../pull-error.ts';
import { dockerModelNames } from './model-names.ts';

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

export function dockerLifecycle(api: NativeApi, label: string): EngineLifecycle {
  const running = async (signal: AbortSignal) =>
    validEntries(await api.json({ path: '/engines/ps' }, signal), Running);
  const stored = async (signal: AbortSignal) =>
    validEntries(await api.json({ path: '/models' }, signal), Stored);

  /** A model's configuration is replaced as a whole, so the user's other settings are sent again. */
  const keepAlive = async (model: string, seconds: number, signal: AbortSignal): Promise<void> => {
    const query = encodeURIComponent(model);
    const found = await api.json({ path: `/engines/_configure?model=${query}` }, signal);
    const [before] = validEntries(found, Configured);
    const value = seconds < 0 ? '-1' : seconds === 0 ? '0' : `${Math.round(seconds)}s`;
    if (before?.Config['keep_alive'] === value) return;
    const body = { ...before?.Config, model, keep_alive: value };
    await api.json({ path: '/engines/_configure', body, model }, signal);
  };

  return {
    label,
    canCancelPull: true,
    names: dockerModelNames,

    async list(signal) {
      const [models, runners] = await Promise.all([stored(signal), running(signal)]);
      return models.map(({ id, tags, config }): LocalModel => {
        const names = [id, ...tags].map(dockerModelNames.canonical);
        const mine = runners.filter(({ model_name }) =>
          names.includes(dockerModelNames.canonical(model_name)),
        );
        const sizeBytes = parseSize(config.size);
        const ready = mine.some(({ loading }) => !loading);
        return {
          name: tags[0] ?? id,
          state: ready ? 'loaded' : mine.length > 0 ? 'loading' : 'on-disk',
          ...(sizeBytes === undefined ? {} : { sizeBytes }),
        };
      });
    },

    async load(name, { keepAliveSeconds }, onProgress, signal) {
      onProgress({ stage: 'loading' });
      if (keepAliveSeconds !== undefined)
        await keepAlive(name, keepAliveSeconds, signal).catch((error: unknown) => {
          // Older versions have no such setting, and a model in use cannot be configured: it is loaded all the same.
          if (!(error instanceof RumboError) || error.kind === 'cancelled') throw error;
        });
      const embeds = /embed/i.test(name);
      await api.json(
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
      const answer = await api.json({ path: '/engines/unload', body, model: name }, signal);
      if ((Unloaded.safeParse(answer).data?.unloaded_runners ?? 0) > 0) return;
      const isStillLoaded = (await running(signal)).some(
        ({ model_name }) => dockerModelNames.canonical(model_name) === dockerModelNames.canonical(name),
      );
      if (isStillLoaded)
        throw new RumboError(`“${name}” is in use and cannot be unloaded.`, {
          kind: 'overloaded',
          action: 'Try again when it has finished.',
        });
    },

    async pull(name, onProgress, signal) {
      const request: NativeRequest = {
        path: '/models/create',
        body: { from: name },
        // Exactly this: any other value gets plain text with its quotes escaped for HTML.
        accept: 'application/json',
        model: name,
        timeout: 'pull',
        toError: (response) =>
          response.status >= 500 || response.status < 400
            ? pullError(label, name, response.body)
            : pullErrorFromStatus(label, name, response),
      };
      const layers = layerProgress();
      let isComplete = false;
      // The runner limits concurrent downloads; the others wait without any message.
      onProgress({ stage: 'waiting' });
      for await (const text of api.lines(request, 'ndjson', signal)) {
        const { data: message } = Message.safeParse(tryParseJson(text) ?? tryParseJson(unescapeHtml(text)));
        // A failure after the first byte arrives as plain text.
        if (!message) throw pullError(label, name, text);
        if (message.type === 'error') throw pullError(label, name, message.message);
        if (message.type === 'success') isComplete = true;
        if (message.type !== 'progress' || !message.layer) continue;
        layers.update(message.layer.id, message.layer.current, message.layer.size);
        const sum = layers.sum(message.total);
        const all = sum.completedBytes !== undefined && sum.completedBytes === sum.totalBytes;
        onProgress({ stage: all ? 'verifying' : 'downloading', ...sum });
      }
      if (!isComplete) throw interruptedPull(label, name);
    },
  };
}

const validEntries = <Entry>(body: unknown, schema: z.ZodType<Entry>): Entry[] =>
  Array.isArray(body) ? body.flatMap((value) => schema.safeParse(value).data ?? []) : [];

/** Docker's registry answers 401 for a repository that does not exist. */
function pullErrorFromStatus(label: string, name: string, response: ErrorResponse): RumboError {
  if ([400, 401, 403, 404].includes(response.status)) return pullError(label, name, 'not found');
  if (response.status === 422) return pullError(label, name, 'unsupported');
  return errorFromResponse(response);
}

const unescapeHtml = (text: string): string =>
  text
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
