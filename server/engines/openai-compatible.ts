/** Any server that copies OpenAI's Chat Completions: SGLang, Jan, a gateway. https://platform.openai.com/docs/api-reference/chat */
import { openaiChat } from '../wire/openai-chat.ts';
import { openaiEmbeddings } from '../wire/openai-embeddings.ts';
import { openaiFill, openaiText } from '../wire/openai-fim.ts';
import { nearestEffort } from '../wire/reasoning-efforts.ts';
import { bearer } from './define.ts';
import type { EngineDefinition } from './engine.ts';
import { openaiCompatibleFingerprint } from './openai-compatible-fingerprint.ts';

/** The user sets the address to which `/chat/completions` is appended. */
export const openaiCompatible: EngineDefinition = {
  kind: 'openai-compatible',
  label: 'OpenAI-compatible',
  source: 'api',
  key: 'optional',
  readme: {
    docs: 'https://platform.openai.com/docs/api-reference/chat',
    chat: 'Chat Completions',
    fill: 'where the server has it',
    verifiedBy: 'fakes, and the OpenAI-compatible API of llama.cpp',
  },
  headers: bearer,
  wire: {
    ...openaiChat({
      maxTokensField: 'max_tokens',
      // What a copy rejects is left out of the next try, and remembered.
      features: { topK: 'native', reasoningSignatures: 'native', cacheHints: 'native' },
      // OpenRouter and LiteLLM pass them on, others ignore them.
      takesCacheHints: true,
      returnsReasoningDetails: true,
      effortFields: (_model, effort) =>
        effort === 'none' ? {} : { reasoning_effort: nearestEffort(['low', 'medium', 'high'], effort) },
    }),
    // Many support it, some read the prompt alone.
    fill: openaiFill('/completions', { stream_options: { include_usage: true } }),
    text: openaiText(undefined, 4),
    embeddings: openaiEmbeddings(),
  },
  fingerprint: openaiCompatibleFingerprint,
};
