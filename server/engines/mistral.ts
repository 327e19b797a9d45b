/** Mistral. https://docs.mistral.ai/api */
import { createHash } from 'node:crypto';
import type { DocumentPart } from '../../shared/content.ts';
import type { WireFeatures } from '../../shared/features.ts';
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
      // https://docs.mistral.ai/capabilities/document_ai/document_qna/
      formatDocument: (part) =>
        'fileId' in part
          ? { type: 'file', file_id: part.fileId }
          : { type: 'document_url', document_url: documentAddress(part), ...titleOf(part) },
      // https://docs.mistral.ai/capabilities/audio/
      formatAudio: (part) => ({ type: 'input_audio', input_audio: 'data' in part ? part.data : part.fileId }),
      effortFields: (_model, effort) => ({ reasoning_effort: effort === 'none' ? 'none' : 'high' }),
      features: {
        customTools: 'mapped',
        serviceTier: 'none',
        logprobs: 'none',
        documentUrls: 'native',
        outputAudio: 'none',
      },
      // Only these have two ways to think.
      modelFeatures: (model) =>
        /^(?:mistral-(?:small|medium|large)|magistral)/.test(model) ? noDifference : withoutEffort,
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

const documentAddress = (part: DocumentPart): string =>
  'url' in part ? part.url : 'data' in part ? `data:${part.mediaType};base64,${part.data}` : '';

const titleOf = ({ title }: DocumentPart): object => (title === undefined ? {} : { document_name: title });

const noDifference: Partial<WireFeatures> = {};
const withoutEffort: Partial<WireFeatures> = { reasoningEffort: 'none', reasoningBudget: 'none' };

/** Ids of calls must be nine letters or digits; another service's id is hashed to such a one. */
function nineCharacters(id: string): string {
  return /^[a-zA-Z0-9]{9}$/.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 9);
}
