/** What Ollama reports of its models. https://github.com/ollama/ollama/blob/main/docs/api.md */
import * as z from 'zod';
import { definedFields } from '../../platform/defined-fields.ts';
import { isOllamaCloudModel } from '../../wire/ollama-models.ts';
import type { EngineDetails } from '../local-engine.ts';
import {
  Count,
  licenceName,
  looseObject,
  Metadata,
  parseEntries,
  Text,
  TextList,
  trainedContext,
} from '../loose-json.ts';

const Details = looseObject({ parameter_size: Text, quantization_level: Text, context_length: Count });
const Listed = z.object({
  name: z.string(),
  digest: Text,
  size: Count,
  remote_host: Text,
  capabilities: TextList,
  details: Details,
});
const Loaded = z.object({ name: z.string(), context_length: Count });
const Shown = z.object({ capabilities: TextList, license: Text, details: Details, model_info: Metadata });

export const ollamaDetails: EngineDetails = {
  async list(api, signal) {
    const [tags, loaded] = await Promise.all([
      api.json({ path: '/api/tags' }, signal),
      // If this fails, only the allocated context is missing.
      api.json({ path: '/api/ps' }, signal).catch(() => ({ models: [] })),
    ]);
    const contexts = new Map(
      parseEntries(loaded, 'models', Loaded).map(({ name, context_length }) => [name, context_length]),
    );
    return parseEntries(tags, 'models', Listed).map(
      ({ name, digest, size, remote_host, capabilities, details }) => ({
        name,
        ...definedFields({
          version: digest,
          remote: remote_host || isOllamaCloudModel(name) ? (true as const) : undefined,
        }),
        facts: definedFields({
          // A model that runs elsewhere has only a stub on this disk.
          sizeBytes: remote_host ? undefined : size,
          contextTokens: contexts.get(name),
          trainedContextTokens: details?.context_length,
          parameters: details?.parameter_size,
          quantisation: details?.quantization_level,
          ...abilities(capabilities),
        }),
      }),
    );
  },
  async describe(api, { name }, signal) {
    const shown = Shown.parse(await api.json({ path: '/api/show', body: { model: name } }, signal));
    return definedFields({
      ...abilities(shown.capabilities),
      trainedContextTokens: trainedContext(shown.model_info) ?? shown.details?.context_length,
      parameters: shown.details?.parameter_size,
      quantisation: shown.details?.quantization_level,
      licence: licenceName(shown.model_info, shown.license),
    });
  },
};

const abilities = (capabilities: readonly string[] | undefined) =>
  capabilities && {
    chat: capabilities.includes('completion'),
    fim: capabilities.includes('insert'),
    embedding: capabilities.includes('embedding'),
    vision: capabilities.includes('vision'),
    tools: capabilities.includes('tools'),
  };
