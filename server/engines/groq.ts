/** Groq. https://console.groq.com/docs/api-reference */
import type { ReasoningEffort } from '../../shared/chat.ts';
import { openaiChat } from '../wire/openai-chat.ts';
import { userMetadata } from '../wire/openai-metadata.ts';
import { nearestEffort } from '../wire/reasoning-efforts.ts';
import { bearer } from './define.ts';
import type { EngineDefinition } from './engine.ts';

export const groq: EngineDefinition = {
  kind: 'groq',
  label: 'Groq',
  source: 'api',
  baseUrl: 'https://api.groq.com/openai/v1',
  version: 'v1',
  key: 'required',
  keyVariable: 'GROQ_API_KEY',
  keyPrefix: 'gsk_',
  headers: bearer,
  wire: openaiChat({
    metadataFields: userMetadata,
    // Usage arrives by default.
    streamOptions: false,
    // Otherwise Qwen's thoughts are inside its answer. https://console.groq.com/docs/reasoning
    extraFields: (model) => (model.startsWith('qwen/') ? { reasoning_format: 'parsed' } : {}),
    effortFields: groqEffort,
    // https://console.groq.com/docs/openai
    features: {
      frequencyPenalty: 'none',
      presencePenalty: 'none',
      strictTools: 'none',
      customTools: 'mapped',
      prediction: 'none',
      logprobs: 'none',
      answerCount: 'none',
      documents: 'none',
      documentFiles: 'none',
      audio: 'none',
      outputAudio: 'none',
    },
  }),
  defaultModels: ['openai/gpt-oss-120b', 'openai/gpt-oss-20b', 'llama-3.3-70b-versatile'],
  // https://console.groq.com/docs/models
  families: [
    [/^openai\/gpt-oss/, { tools: true, vision: false, reasoning: true, maxOutputTokens: 65_536 }],
    [/^meta-llama\/llama-4/, { tools: true, vision: true, reasoning: false }],
    [/^llama-3/, { tools: true, vision: false, reasoning: false }],
  ],
  modelsDevId: 'groq',
  genaiPricesId: 'groq',
  readme: {
    docs: 'https://console.groq.com/docs/api-reference',
    chat: 'Chat Completions',
    verifiedBy: 'the official OpenAI SDK against a fake',
  },
};

/** https://console.groq.com/docs/reasoning */
function groqEffort(model: string, effort: ReasoningEffort): object {
  if (model.startsWith('qwen/')) return { reasoning_effort: effort === 'none' ? 'none' : 'default' };
  return model.includes('gpt-oss')
    ? { reasoning_effort: nearestEffort(['low', 'medium', 'high'], effort) }
    : {};
}
