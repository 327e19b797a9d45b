/** What Ollama reports of its models. https://github.com/ollama/ollama/blob/main/docs/api.md */
import * as z from 'zod';
import { definedFields } from '../../platform/defined-fields.ts';
import { isOllamaCloudModel } from '../../wire/ollama-models.ts';
import type { EngineDetails } from '../local-engine.ts';
import { Count, looseObject, parseEntries, Text, TextList } from '../loose-json.ts';
import { ollamaAbilities, parseShownModel } from './shown-model.ts';

const Details = looseObject({
  family: Text,
  parameter_size: Text,
  quantization_level: Text,
  context_length: Count,
});
const Listed = z.object({
  name: z.string(),
  digest: Text,
  size: Count,
  remote_host: Text,
  capabilities: TextList,
  details: Details,
});
const Loaded = z.object({ name: z.string(), context_length: Count });
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
          ...(ollamaAbilities(capabilities) ?? abilitiesOfFamily(details?.family)),
        }),
      }),
    );
  },
  async describe(api, { name }, signal) {
    return parseShownModel(await api.json({ path: '/api/show', body: { model: name } }, signal)).facts;
  },
};

/** Models of the family of BERT embed; `/api/show` reports what the others can do. */
const abilitiesOfFamily = (family: string | undefined) =>
  /bert\b/i.test(family ?? '') ? { chat: false, embedding: true } : {};
