/** Fill in the middle as text completions frame it: a prompt and a suffix. https://docs.mistral.ai/api/endpoint/fim https://api-docs.deepseek.com/api/create-completion */
import type { FillRequest } from '../../shared/chat.ts';
import { chunkDecoder } from './openai-chunks.ts';
import type { StreamFormat } from './wire-format.ts';

/** @param more fields the service wants beside the usual ones */
export const openaiFill = (path: string, more: object = {}): StreamFormat<FillRequest> => ({
  framing: 'sse',
  encode: (model, { prefix, suffix, maxOutputTokens, stop }) => ({
    path,
    body: {
      model,
      prompt: prefix,
      suffix,
      stream: true,
      ...(maxOutputTokens === undefined ? {} : { max_tokens: maxOutputTokens }),
      ...(stop?.length ? { stop } : {}),
      ...more,
    },
  }),
  decoder: () => chunkDecoder(),
});
