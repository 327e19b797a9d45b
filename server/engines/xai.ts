/** xAI. https://docs.x.ai/docs/api-reference */
import type { WireFeatures } from '../../shared/features.ts';
import { openaiChat } from '../wire/openai-chat.ts';
import { userMetadata } from '../wire/openai-metadata.ts';
import { nearestEffort } from '../wire/reasoning-efforts.ts';
import { bearer } from './define.ts';
import type { EngineDefinition } from './engine.ts';

export const xai: EngineDefinition = {
  kind: 'xai',
  label: 'xAI',
  source: 'api',
  baseUrl: 'https://api.x.ai/v1',
  version: 'v1',
  key: 'required',
  keyVariable: 'XAI_API_KEY',
  keyPrefix: 'xai[-_]',
  headers: bearer,
  wire: {
    ...openaiChat({
      addsReasoningTokens: true,
      metadataFields: userMetadata,
      // https://docs.x.ai/docs/guides/reasoning
      effortFields: (model, effort) =>
        /^grok-(?:3-mini|4\.[3-9]|[5-9])/.test(model) && effort !== 'none'
          ? { reasoning_effort: nearestEffort(['low', 'high'], effort) }
          : {},
      features: {
        strictTools: 'none',
        customTools: 'mapped',
        prediction: 'none',
        serviceTier: 'none',
        documents: 'none',
        documentFiles: 'none',
        audio: 'none',
        outputAudio: 'none',
      },
      // Reasoning models reject these.
      modelFeatures: (model) => (/non-reasoning|^grok-[23](?!-mini)/.test(model) ? noDifference : reasoning),
    }),
    modelsPath: '/language-models',
    fallbackModelsPath: '/models',
  },
  defaultModels: ['grok-4.6', 'grok-4.3', 'grok-build-0.1'],
  // https://docs.x.ai/developers/models
  families: [
    [/non-reasoning/, { tools: true, vision: true, reasoning: false }],
    [/^grok-[4-9]/, { tools: true, vision: true, reasoning: true }],
    [/^grok-(?:build|code)/, { tools: true, reasoning: true }],
  ],
  modelsDevId: 'xai',
  genaiPricesId: 'x-ai',
  readme: {
    docs: 'https://docs.x.ai/docs/api-reference',
    chat: 'Chat Completions',
    verifiedBy: 'the official OpenAI SDK against a fake',
  },
};

const noDifference: Partial<WireFeatures> = {};
const reasoning: Partial<WireFeatures> = {
  stop: 'none',
  frequencyPenalty: 'none',
  presencePenalty: 'none',
};
