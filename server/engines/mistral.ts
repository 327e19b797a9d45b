/** Mistral. https://docs.mistral.ai/api */
import { createHash } from 'node:crypto';
import { openaiChat } from '../wire/openai-chat.ts';
import { openaiEmbeddings } from '../wire/openai-embeddings.ts';
import { openaiFill } from '../wire/openai-fim.ts';
import { bearer } from './define.ts';
import type { EngineDefinition } from './engine.ts';

export const mistral: EngineDefinition = {
  kind: 'mistral',
  label: 'Mistral',
  source: 'api',
  baseUrl: 'https://api.mistral.ai/v1',
  version: 'v1',
  key: 'required',
  keyVariable: 'MISTRAL_API_KEY',
  headers: bearer,
  wire: {
    ...openaiChat({
      maxTokensField: 'max_tokens',
      seedField: 'random_seed',
      // Usage arrives by default.
      streamOptions: false,
      prefill: { message: { prefix: true }, echoesPrefix: true },
      formatCallId: nineCharacters,
    }),
    fill: openaiFill('/fim/completions'),
    embeddings: openaiEmbeddings(),
  },
  defaultModels: [
    'mistral-large-latest',
    'mistral-medium-latest',
    'mistral-small-latest',
    'codestral-latest',
  ],
  // https://docs.mistral.ai/getting-started/models
  families: [
    [/embed/, { embeds: true }],
    [/^codestral/, { tools: true, vision: false, fill: true }],
    [/^(?:magistral|mistral|ministral|devstral|pixtral)/, { tools: true }],
  ],
  modelsDevId: 'mistral',
  genaiPricesId: 'mistral',
  readme: {
    docs: 'https://docs.mistral.ai/api',
    chat: 'Chat Completions',
    verifiedBy: 'the official OpenAI SDK against a fake',
  },
};

/** Ids of calls must be nine letters or digits; another service's id is hashed to such a one. */
function nineCharacters(id: string): string {
  return /^[a-zA-Z0-9]{9}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 9);
}
