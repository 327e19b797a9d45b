/** What LM Studio reports of its models, since version 0.4. https://lmstudio.ai/docs/developer/rest */
import * as z from 'zod';
import { definedFields } from '../../platform/defined-fields.ts';
import type { EngineDetails } from '../local-engine.ts';
import { Count, Flag, looseObject, parseEntries, Text } from '../loose-json.ts';

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
  async list(api, signal) {
    return parseEntries(await api.json({ path: '/api/v1/models' }, signal), 'models', Entry).map((entry) => ({
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
