/** xAI. https://docs.x.ai/docs/api-reference */
import { openaiChat } from '../wire/openai-chat.ts';
import { bearer } from './define.ts';
import type { EngineDefinition } from './engine.ts';

export const xai: EngineDefinition = {
  kind: 'xai',
  label: 'xAI',
  source: 'api',
  baseUrl: 'https://api.x.ai/v1',
  version: 'v1',
  key: 'required',
  headers: bearer,
  wire: {
    ...openaiChat({ addsReasoningTokens: true }),
    modelsPath: '/language-models',
    fallbackModelsPath: '/models',
  },
  defaultModels: ['grok-4.6', 'grok-4.3', 'grok-build-0.1'],
};
