/** Text completions: a prompt that the model continues, and fill in the middle as a prompt and a suffix. https://docs.mistral.ai/api/endpoint/fim https://api-docs.deepseek.com/api/create-completion */
import type { FillRequest, TextRequest } from '../../shared/chat.ts';
import { chunkDecoder } from './openai-chat-stream.ts';
import type { StreamFormat } from './wire-format.ts';

/** @param extraFields further fields that the service needs */
export const openaiFill = (path: string, extraFields: object = {}): StreamFormat<FillRequest> => ({
  framing: 'sse',
  encode: (model, { prefix, suffix, ...limits }) => ({
    path,
    body: { model, prompt: prefix, suffix, stream: true, ...limitFields(limits), ...extraFields },
  }),
  decoder: () => chunkDecoder(),
});

/** @param maxStops stops that the service accepts in one request; the first ones are sent. Absent: any number */
export const openaiText = (
  extraFields: (request: TextRequest) => object = () => ({}),
  maxStops?: number,
): StreamFormat<TextRequest> => ({
  framing: 'sse',
  encode: (model, request) => ({
    path: '/completions',
    body: {
      model,
      prompt: request.prompt,
      stream: true,
      stream_options: { include_usage: true },
      ...limitFields({ ...request, ...(request.stop ? { stop: request.stop.slice(0, maxStops) } : {}) }),
      ...extraFields(request),
    },
  }),
  decoder: () => chunkDecoder(),
});

const limitFields = ({
  maxOutputTokens,
  stop,
  temperature,
}: Pick<TextRequest, 'maxOutputTokens' | 'stop' | 'temperature'>): object => ({
  ...(maxOutputTokens === undefined ? {} : { max_tokens: maxOutputTokens }),
  ...(stop?.length ? { stop } : {}),
  ...(temperature === undefined ? {} : { temperature }),
});
