/** Groq. https://console.groq.com/docs/api-reference */
import { openaiChat } from '../wire/openai-chat.ts';
import { userMetadata } from '../wire/openai-metadata.ts';
import { bearer } from './define.ts';
import type { EngineDefinition } from './engine.ts';

export const groq: EngineDefinition = {
  kind: 'groq',
  label: 'Groq',
  source: 'api',
  baseUrl: 'https://api.groq.com/openai/v1',
  version: 'v1',
  key: 'required',
  headers: bearer,
  wire: openaiChat({
    metadataFields: userMetadata,
    // Usage comes unasked.
    streamOptions: false,
    // Qwen's thoughts stand in the middle of its answer otherwise. https://console.groq.com/docs/reasoning
    extraFields: (model) => (model.startsWith('qwen/') ? { reasoning_format: 'parsed' } : {}),
    thinkingOffFields: (model) =>
      model.startsWith('qwen/')
        ? { reasoning_effort: 'none' }
        : model.includes('gpt-oss')
          ? { reasoning_effort: 'low' }
          : {},
  }),
  defaultModels: ['openai/gpt-oss-120b', 'openai/gpt-oss-20b', 'llama-3.3-70b-versatile'],
};
