/** Generated from the pages in server/engines by `UPDATE=1 npm run test:unit`: change those, not this file. */
import type { ProviderFacts } from './provider-facts.ts';

/** By engine kind. */
export const providers: Readonly<Record<string, ProviderFacts>> = {
  gemini: {
    keyVariable: 'GEMINI_API_KEY',
    numberedKeyVariables: true,
    keyPrefix: 'AIza|AQ\\.',
    modelsDevId: 'google',
  },
  openai: { keyVariable: 'OPENAI_API_KEY', keyPrefix: 'sk-', modelsDevId: 'openai' },
  anthropic: { keyVariable: 'ANTHROPIC_API_KEY', keyPrefix: 'sk-ant-', modelsDevId: 'anthropic' },
  groq: { keyVariable: 'GROQ_API_KEY', keyPrefix: 'gsk_', modelsDevId: 'groq' },
  xai: { keyVariable: 'XAI_API_KEY', keyPrefix: 'xai[-_]', modelsDevId: 'xai' },
  mistral: { keyVariable: 'MISTRAL_API_KEY', modelsDevId: 'mistral' },
  deepseek: { keyVariable: 'DEEPSEEK_API_KEY', keyPrefix: 'sk-', modelsDevId: 'deepseek' },
  ollama: { addressVariables: ['OLLAMA_HOST'] },
  'llama-cpp': { addressVariables: ['LLAMA_ARG_HOST', 'LLAMA_ARG_PORT'] },
  'docker-model-runner': { addressVariables: ['DMR_BASE_URL', 'MODEL_RUNNER_HOST'] },
  'lm-studio': {},
  vllm: {},
  'openai-compatible': {},
};

/** Facts of models by their names, for server/registry. */
export const modelFamilies = {
  gemini: [
    [/embedding/, { embeds: true }],
    [/^gemini-(?:2\.5|[3-9])/, { tools: true, vision: true, reasoning: true, maxOutputTokens: 65536 }],
    [/^gemini-2\.0/, { tools: true, vision: true, reasoning: false, maxOutputTokens: 8192 }],
  ],
  openai: [
    [/^text-embedding/, { embeds: true }],
    [/^gpt-5[\w.]*-chat/, { tools: true, vision: true, reasoning: false, maxOutputTokens: 16384 }],
    [/^gpt-[5-9]/, { tools: true, vision: true, reasoning: true, maxOutputTokens: 128000 }],
    [/^o1-(?:mini|preview)/, { tools: false, vision: false, reasoning: true }],
    [/^o3-mini/, { tools: true, vision: false, reasoning: true, maxOutputTokens: 100000 }],
    [/^o\d/, { tools: true, vision: true, reasoning: true, maxOutputTokens: 100000 }],
    [/^gpt-4\.1/, { tools: true, vision: true, reasoning: false, maxOutputTokens: 32768 }],
    [/^gpt-4o/, { tools: true, vision: true, reasoning: false, maxOutputTokens: 16384 }],
  ],
  anthropic: [
    [
      /^claude-(?:(?:opus|sonnet|fable|mythos|haiku)-[5-9]|opus-4-[6-9])/,
      { tools: true, vision: true, reasoning: true, maxOutputTokens: 128000 },
    ],
    [
      /^claude-opus-4(?:-[01])?(?:-\d{8})?$/,
      { tools: true, vision: true, reasoning: true, maxOutputTokens: 32000 },
    ],
    [
      /^claude-(?:3-7-sonnet|(?:opus|sonnet|haiku)-4)/,
      { tools: true, vision: true, reasoning: true, maxOutputTokens: 64000 },
    ],
    [/^claude-3/, { tools: true, vision: true, reasoning: false }],
  ],
  groq: [
    [/^openai\/gpt-oss/, { tools: true, vision: false, reasoning: true, maxOutputTokens: 65536 }],
    [/^meta-llama\/llama-4/, { tools: true, vision: true, reasoning: false }],
    [/^llama-3/, { tools: true, vision: false, reasoning: false }],
  ],
  xai: [
    [/non-reasoning/, { tools: true, vision: true, reasoning: false }],
    [/^grok-[4-9]/, { tools: true, vision: true, reasoning: true }],
    [/^grok-(?:build|code)/, { tools: true, reasoning: true }],
  ],
  mistral: [
    [/embed/, { embeds: true }],
    [/^codestral/, { tools: true, vision: false, fill: true }],
    [/^(?:magistral|mistral|ministral|devstral|pixtral)/, { tools: true }],
  ],
  deepseek: [
    [/reasoner/, { tools: true, vision: false, reasoning: true, fill: false }],
    [/^deepseek/, { tools: true, vision: false, fill: true }],
  ],
} as const;
