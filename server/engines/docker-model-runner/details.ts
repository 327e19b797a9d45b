/** What Docker Model Runner reports of its models. https://docs.docker.com/ai/model-runner/api-reference/ */
import * as z from 'zod';
import { definedFields } from '../../platform/defined-fields.ts';
import type { EngineDetails } from '../local-engine.ts';
import {
  Count,
  licenceName,
  looseObject,
  Metadata,
  parseEntries,
  parseSize,
  Text,
  TextList,
  trainedContext,
} from '../loose-json.ts';
import { dockerModelNames } from './model-names.ts';

const Entry = z.object({
  id: z.string(),
  tags: TextList,
  config: looseObject({
    quantization: Text,
    parameters: Text,
    architecture: Text,
    size: Text,
    context_size: Count,
    gguf: Metadata,
  }),
});

const Configured = z.object({
  Model: Text,
  ModelID: Text,
  Config: looseObject({ 'context-size': Count }),
});

/** `docker model configure --context-size`, by every name of the model. An empty list where nothing is set up is `null`. */
function configuredContexts(value: unknown): ReadonlyMap<string, number> {
  const contexts = new Map<string, number>();
  for (const { Model, ModelID, Config } of parseEntries(value ?? [], undefined, Configured)) {
    const tokens = Config?.['context-size'];
    for (const name of [Model, ModelID])
      if (name !== undefined && tokens !== undefined) contexts.set(dockerModelNames.canonical(name), tokens);
  }
  return contexts;
}

export const dockerDetails: EngineDetails = {
  async list(api, signal) {
    const [models, configured] = await Promise.all([
      api.json({ path: '/models' }, signal),
      // If this fails, only what the user has set up is missing.
      api.json({ path: '/engines/_configure' }, signal).catch(() => []),
    ]);
    const contexts = configuredContexts(configured);
    return parseEntries(models, undefined, Entry).map(({ id, tags, config }) => {
      const embeds = config?.architecture === undefined ? undefined : /bert/i.test(config.architecture);
      return {
        name: tags?.[0] ?? id,
        version: id,
        facts: definedFields({
          chat: embeds === undefined ? undefined : !embeds,
          embedding: embeds,
          sizeBytes: parseSize(config?.size),
          contextTokens: config?.context_size,
          configuredContextTokens: [id, ...(tags ?? [])]
            .map((name) => contexts.get(dockerModelNames.canonical(name)))
            .find((tokens) => tokens !== undefined),
          trainedContextTokens: trainedContext(config?.gguf),
          parameters: config?.parameters,
          quantisation: config?.quantization,
          licence: licenceName(config?.gguf),
        }),
      };
    });
  },
};
