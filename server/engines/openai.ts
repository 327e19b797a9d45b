/** OpenAI. https://platform.openai.com/docs/api-reference */
import type { WireFeatures } from '../../shared/features.ts';
import { openaiChat } from '../wire/openai-chat.ts';
import { openaiEffort } from '../wire/openai-efforts.ts';
import { openaiEmbeddings } from '../wire/openai-embeddings.ts';
import { openaiMetadata } from '../wire/openai-metadata.ts';
import { openaiResponses, responsesSupport } from '../wire/openai-responses.ts';
import { tokenCountFormat } from '../wire/token-count.ts';
import { bearer } from './define.ts';
import type { EngineDefinition } from './engine.ts';

const completions = openaiChat({
  // The padding that OpenAI adds by default is of no use over TLS to one user, and doubles the bytes.
  streamOptions: { include_usage: true, include_obfuscation: false },
  modelFeatures,
  metadataFields: openaiMetadata,
  effortFields(model, effort) {
    const nearest = openaiEffort(model, effort);
    return nearest ? { reasoning_effort: nearest } : {};
  },
  canChat: (model) => chats.test(model) && !otherwise.test(model),
});

export const openai: EngineDefinition = {
  kind: 'openai',
  label: 'OpenAI',
  source: 'api',
  baseUrl: 'https://api.openai.com/v1',
  key: 'required',
  keyVariable: 'OPENAI_API_KEY',
  keyPrefix: 'sk-',
  headers: bearer,
  wire: {
    ...completions,
    support: (model) => (responsesOnly.test(model) ? responsesSupport(model) : completions.support(model)),
    chat: (model) => (responsesOnly.test(model) ? openaiResponses : completions.chat(model)),
    embeddings: openaiEmbeddings('base64'),
    // https://platform.openai.com/docs/api-reference/responses/input-tokens
    count: tokenCountFormat(
      openaiResponses,
      '/responses/input_tokens',
      ['model', 'input', 'tools', 'tool_choice'],
      'input_tokens',
    ),
  },
  defaultModels: ['gpt-6-sol', 'gpt-6-luna', 'gpt-5.4-mini', 'gpt-5.4-nano'],
  // https://developers.openai.com/api/docs/models
  families: [
    [/^text-embedding/, { embeds: true }],
    [/^gpt-5[\w.]*-chat/, { tools: true, vision: true, reasoning: false, maxOutputTokens: 16_384 }],
    [/^gpt-[5-9]/, { tools: true, vision: true, reasoning: true, maxOutputTokens: 128_000 }],
    [/^o1-(?:mini|preview)/, { tools: false, vision: false, reasoning: true }],
    [/^o3-mini/, { tools: true, vision: false, reasoning: true, maxOutputTokens: 100_000 }],
    [/^o\d/, { tools: true, vision: true, reasoning: true, maxOutputTokens: 100_000 }],
    [/^gpt-4\.1/, { tools: true, vision: true, reasoning: false, maxOutputTokens: 32_768 }],
    [/^gpt-4o/, { tools: true, vision: true, reasoning: false, maxOutputTokens: 16_384 }],
  ],
  modelsDevId: 'openai',
  genaiPricesId: 'openai',
  readme: {
    docs: 'https://platform.openai.com/docs/api-reference',
    chat: 'Chat Completions; Responses where a model needs it',
    verifiedBy: 'the official SDK against a fake',
  },
};

/** Reasoning models reject any sampling but the default, and the first of them `parallel_tool_calls`. */
function modelFeatures(model: string): Partial<WireFeatures> {
  if (/^(?:ft:)?(?:gpt-4|gpt-3\.5|chatgpt-4o)/.test(model)) return beforeReasoning;
  return /^o\d/.test(model) ? firstReasoning : reasoning;
}

const beforeReasoning: Partial<WireFeatures> = {
  customTools: 'mapped',
  reasoningEffort: 'none',
  reasoningBudget: 'none',
};
const reasoning: Partial<WireFeatures> = {
  temperature: 'none',
  topP: 'none',
  frequencyPenalty: 'none',
  presencePenalty: 'none',
  stop: 'none',
  seed: 'none',
  logprobs: 'none',
  prediction: 'none',
};
const firstReasoning: Partial<WireFeatures> = {
  ...reasoning,
  parallelToolCalls: 'none',
  customTools: 'mapped',
};

/** Chat Completions does not serve these. https://platform.openai.com/docs/models */
const responsesOnly = /codex|deep-research|(?:^|-)pro\b/;
/** The list holds all that OpenAI serves, without the purpose of each. */
const chats = /^(?:ft:)?(?:gpt-|chatgpt-|codex-|o\d)/;
/**
 * Models for images and audio, the old Completions API, and models that reject a request without a search tool, whose
 * calls cost extra.
 */
const otherwise = /image|audio|realtime|transcribe|\btts\b|whisper|embedding|moderation|search|instruct/;
