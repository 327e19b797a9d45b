/** LM Studio's models, since version 0.4. https://lmstudio.ai/docs/developer/rest */
import * as z from 'zod';
import type { EngineDetails } from './native.ts';
import { Count, definedFields, Flag, looseObject, parseEntries, Text } from './reading.ts';

const Entry = z.object({
  key: z.string(),
  type: Text,
  quantization: looseObject({ name: Text }),
  size_bytes: Count,
  params_string: Text,
  max_context_length: Count,
  description: Text,
  capabilities: looseObject({ vision: Flag, trained_for_tool_use: Flag }),
  loaded_instances: z
    .array(z.object({ config: looseObject({ context_length: Count }) }))
    .optional()
    .catch(undefined),
});

export const lmStudioDetails: EngineDetails = {
  kind: 'lm-studio',
  async list(ask, signal) {
    return parseEntries(await ask({ path: '/api/v1/models' }, signal), 'models', Entry).map((entry) => ({
      name: entry.key,
      facts: definedFields({
        chat: entry.type === undefined ? undefined : entry.type === 'llm',
        embedding: entry.type === undefined ? undefined : entry.type === 'embedding',
        vision: entry.capabilities?.vision,
        tools: entry.capabilities?.trained_for_tool_use,
        summary: entry.description,
        contextTokens: entry.loaded_instances?.[0]?.config?.context_length,
        trainedContextTokens: entry.max_context_length,
        sizeBytes: entry.size_bytes,
        parameters: entry.params_string,
        quantisation: entry.quantization?.name,
      }),
    }));
  },
};
