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

export const dockerDetails: EngineDetails = {
  async list(api, signal) {
    return parseEntries(await api.json({ path: '/models' }, signal), undefined, Entry).map(
      ({ id, tags, config }) => {
        const embeds = config?.architecture === undefined ? undefined : /bert/i.test(config.architecture);
        return {
          name: tags?.[0] ?? id,
          version: id,
          facts: definedFields({
            chat: embeds === undefined ? undefined : !embeds,
            embedding: embeds,
            sizeBytes: parseSize(config?.size),
            contextTokens: config?.context_size,
            trainedContextTokens: trainedContext(config?.gguf),
            parameters: config?.parameters,
            quantisation: config?.quantization,
            licence: licenceName(config?.gguf),
          }),
        };
      },
    );
  },
};
