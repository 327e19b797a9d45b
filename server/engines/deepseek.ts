/** DeepSeek. https://api-docs.deepseek.com */
import { openaiChat } from '../wire/openai-chat.ts';
import { openaiFill } from '../wire/openai-fim.ts';
import { nearestEffort } from '../wire/reasoning-efforts.ts';
import { bearer, textOnly } from './define.ts';
import type { EngineDefinition } from './engine.ts';

export const deepseek: EngineDefinition = {
  kind: 'deepseek',
  label: 'DeepSeek',
  source: 'api',
  baseUrl: 'https://api.deepseek.com/v1',
  version: 'v1',
  key: 'required',
  keyVariable: 'DEEPSEEK_API_KEY',
  keyPrefix: 'sk-',
  headers: bearer,
  wire: {
    ...openaiChat({
      maxTokensField: 'max_tokens',
      features: {
        seed: 'none',
        parallelToolCalls: 'none',
        // Strict tools are served at another address only.
        strictTools: 'none',
        customTools: 'mapped',
        jsonSchema: 'mapped',
        prediction: 'none',
        serviceTier: 'none',
        answerCount: 'none',
        reasoningSignatures: 'native',
        ...textOnly,
      },
      returnsReasoning: true,
      // https://api-docs.deepseek.com/guides/thinking_mode
      effortFields: (_model, effort) =>
        effort === 'none'
          ? { thinking: { type: 'disabled' } }
          : { thinking: { type: 'enabled' }, reasoning_effort: nearestEffort(['high', 'max'], effort) },
      // A thinking model cannot continue a prefix.
      prefill: {
        path: '/../beta/chat/completions',
        message: { prefix: true },
        body: { thinking: { type: 'disabled' } },
      },
    }),
    fill: openaiFill('/../beta/completions', { stream_options: { include_usage: true } }),
  },
  defaultModels: ['deepseek-v4-flash', 'deepseek-v4-pro'],
  // https://api-docs.deepseek.com/quick_start/pricing
  families: [
    [/reasoner/, { tools: true, vision: false, reasoning: true, fill: false }],
    [/^deepseek/, { tools: true, vision: false, fill: true }],
  ],
  modelsDevId: 'deepseek',
  genaiPricesId: 'deepseek',
  readme: {
    docs: 'https://api-docs.deepseek.com',
    chat: 'Chat Completions',
    inputs: 'tools',
    verifiedBy: 'the official OpenAI SDK against a fake',
  },
};
