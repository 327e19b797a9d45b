/** Ollama's list of models, and the loaded ones. https://github.com/ollama/ollama/blob/main/docs/api.md#list-local-models */
import * as z from 'zod';
import { listEntries } from './list-entries.ts';
import type { ModelInfo } from './wire-format.ts';

const Entry = z.object({
  name: z.string().min(1),
  remote_host: z.string().optional().catch(undefined),
  capabilities: z.array(z.string()).optional().catch(undefined),
});
const List = z.object({ models: z.array(z.unknown()) });

/** The list does not report a model's context; it depends on the memory free when the model is loaded. */
export function decodeOllamaModels(body: unknown): readonly ModelInfo[] {
  return listEntries(body).flatMap((value) => {
    const { data: entry } = Entry.safeParse({ ...value, name: value['name'] ?? value['id'] });
    // Without capabilities its engine is asked for each model.
    if (!entry || entry.capabilities?.includes('completion') === false) return [];
    const remote = Boolean(entry.remote_host) || isOllamaCloudModel(entry.name);
    const { capabilities } = entry;
    return [
      {
        name: entry.name,
        ...(remote ? { remote } : {}),
        ...(capabilities
          ? { tools: capabilities.includes('tools'), vision: capabilities.includes('vision') }
          : {}),
      },
    ];
  });
}

/** `kimi-k2:1t-cloud`, `glm-4.6:cloud`: Ollama forwards requests for these to its own servers. https://docs.ollama.com/cloud */
export const isOllamaCloudModel = (name: string): boolean => /[:-]cloud$/i.test(name);

const Loaded = z.object({ name: z.string(), context_length: z.number().int().positive() });

/** The models, those in memory with the context they were loaded with; the others get theirs when they are loaded. */
export function mergeLoadedContext(models: readonly ModelInfo[], body: unknown): readonly ModelInfo[] {
  const entries = List.safeParse(body).data?.models ?? [];
  const contexts = new Map(
    entries.flatMap((value) => {
      const { data: entry } = Loaded.safeParse(value);
      return entry ? [[entry.name, entry.context_length] as const] : [];
    }),
  );
  return models.map((model) => {
    const contextTokens = contexts.get(model.name);
    return contextTokens === undefined ? model : { ...model, contextTokens };
  });
}
