/**
 * The names under which services and gateways report an answer's tokens, and what each means. Names are unique across
 * the vendors, so that one table reads every wire: gateways mix them.
 */

/** What a field of a report counts. */
export type UsageField =
  | 'input'
  | 'output'
  | 'total'
  /** Cached tokens that are inside the input, whatever it is called. */
  | 'cachedRead'
  | 'cacheWrite'
  | 'cacheWriteHour'
  | 'reasoning'
  /** What a service's own tools gave the model to read; never inside the input. */
  | 'toolUse';

/** OpenAI and its copies, Gemini, Ollama, llama.cpp, Bedrock, TGI, and the camel case of SDKs and gateways. */
export const usageFieldNames: Readonly<Record<string, UsageField>> = {
  prompt_tokens: 'input',
  input_tokens: 'input',
  promptTokenCount: 'input',
  prompt_token_count: 'input',
  prompt_eval_count: 'input',
  inputTokens: 'input',
  promptTokens: 'input',
  inputTokenCount: 'input',
  input_token_count: 'input',
  tokens_evaluated: 'input',
  completion_tokens: 'output',
  output_tokens: 'output',
  candidatesTokenCount: 'output',
  candidates_token_count: 'output',
  responseTokenCount: 'output',
  eval_count: 'output',
  outputTokens: 'output',
  completionTokens: 'output',
  outputTokenCount: 'output',
  output_token_count: 'output',
  tokens_predicted: 'output',
  generated_tokens: 'output',
  total_tokens: 'total',
  totalTokenCount: 'total',
  total_token_count: 'total',
  totalTokens: 'total',
  // Kimi. https://platform.kimi.ai/docs/api/chat
  cached_tokens: 'cachedRead',
  cachedTokens: 'cachedRead',
  cached_input_tokens: 'cachedRead',
  cached_prompt_tokens: 'cachedRead',
  num_cached_tokens: 'cachedRead',
  // DeepSeek. https://api-docs.deepseek.com/guides/kv_cache
  prompt_cache_hit_tokens: 'cachedRead',
  cachedContentTokenCount: 'cachedRead',
  cached_content_token_count: 'cachedRead',
  cache_read_input_tokens: 'cachedRead',
  cache_read_tokens: 'cachedRead',
  cacheReadInputTokens: 'cachedRead',
  cacheReadInputTokenCount: 'cachedRead',
  cacheReadTokens: 'cachedRead',
  cache_creation_input_tokens: 'cacheWrite',
  cache_write_input_tokens: 'cacheWrite',
  cache_write_tokens: 'cacheWrite',
  cacheCreationInputTokens: 'cacheWrite',
  cacheWriteInputTokens: 'cacheWrite',
  cacheWriteInputTokenCount: 'cacheWrite',
  cacheWriteTokens: 'cacheWrite',
  reasoning_tokens: 'reasoning',
  thinking_tokens: 'reasoning',
  reasoningTokens: 'reasoning',
  thinkingTokens: 'reasoning',
  thoughtsTokenCount: 'reasoning',
  thoughts_token_count: 'reasoning',
  toolUsePromptTokenCount: 'toolUse',
  tool_use_prompt_token_count: 'toolUse',
};

/** Anthropic and Bedrock count these beside their input, which has one of `inputsWithoutCache` as its name. */
export const cachesBesideInput: ReadonlySet<string> = new Set([
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cacheReadInputTokens',
  'cacheReadInputTokenCount',
  'cacheWriteInputTokens',
  'cacheWriteInputTokenCount',
]);
export const inputsWithoutCache: ReadonlySet<string> = new Set([
  'input_tokens',
  'inputTokens',
  'inputTokenCount',
]);

/** Gemini counts thoughts beside its candidates. */
export const reasoningBesideOutput: ReadonlySet<string> = new Set([
  'thoughtsTokenCount',
  'thoughts_token_count',
]);

/** Objects inside a report; their own fields are in `detailFieldNames`, then in `usageFieldNames`. */
export const usageDetails: ReadonlySet<string> = new Set([
  'prompt_tokens_details',
  'input_tokens_details',
  'input_token_details',
  'promptTokensDetails',
  'inputTokensDetails',
  'inputTokenDetails',
  'completion_tokens_details',
  'output_tokens_details',
  'output_token_details',
  'completionTokensDetails',
  'outputTokensDetails',
  'outputTokenDetails',
  'cache_creation',
  // Cohere. https://docs.cohere.com/reference/chat-stream
  'tokens',
  'billed_units',
]);

/** Names that mean this only inside details. */
export const detailFieldNames: Readonly<Record<string, UsageField>> = {
  cache_read: 'cachedRead',
  cache_creation: 'cacheWrite',
  cache_creation_tokens: 'cacheWrite',
  cached_creation_tokens: 'cacheWrite',
  reasoning: 'reasoning',
  ephemeral_1h_input_tokens: 'cacheWriteHour',
};

/** Gemini's counts by modality: their sum, where the total of its kind is missing. https://ai.google.dev/api/generate-content#UsageMetadata */
export const modalityLists: Readonly<Record<string, UsageField>> = {
  promptTokensDetails: 'input',
  candidatesTokensDetails: 'output',
  cacheTokensDetails: 'cachedRead',
  toolUsePromptTokensDetails: 'toolUse',
};

/** Where an event holds its report, in each wire and gateway; the first that counts something is taken. */
export const usagePlaces: readonly string[] = [
  'usage',
  'usageMetadata',
  'usage_metadata',
  'token_usage',
  'tokenUsage',
  'amazon-bedrock-invocationMetrics',
  // Cohere.
  'meta',
];

/** Response headers with usage; what the body reports is preferred, since the head is sent before the answer. */
export const usageHeaders: Readonly<Record<string, UsageField>> = {
  'x-prompt-tokens': 'input',
  'x-input-tokens': 'input',
  'x-usage-prompt-tokens': 'input',
  'x-usage-input-tokens': 'input',
  'x-amzn-bedrock-input-token-count': 'input',
  'fireworks-prompt-tokens': 'input',
  'x-generated-tokens': 'output',
  'x-completion-tokens': 'output',
  'x-output-tokens': 'output',
  'x-usage-completion-tokens': 'output',
  'x-usage-output-tokens': 'output',
  'x-amzn-bedrock-output-token-count': 'output',
  'x-total-tokens': 'total',
  'x-usage-total-tokens': 'total',
  'fireworks-cached-prompt-tokens': 'cachedRead',
};

/** Response headers with the cost in US dollars. https://docs.litellm.ai/docs/proxy/cost_tracking */
export const costHeaders: ReadonlySet<string> = new Set([
  'x-litellm-response-cost',
  'x-response-cost',
  'x-request-cost',
  'x-usage-cost',
  'x-cost-usd',
]);
