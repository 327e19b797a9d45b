/** Ollama's embeddings. https://github.com/ollama/ollama/blob/main/docs/api.md#generate-embeddings */
import * as z from 'zod';
import { RumboError } from '../../shared/errors.ts';
import type { EmbeddingFormat } from './wire-format.ts';

const Answer = z.object({
  embeddings: z.array(z.array(z.number())),
  prompt_eval_count: z.number().optional().catch(undefined),
});

export const ollamaEmbeddings: EmbeddingFormat = {
  encode: (model, texts) => ({ path: '/api/embed', body: { model, input: texts } }),
  decode(body) {
    const { data: answer } = Answer.safeParse(body);
    if (!answer) throw new RumboError('Ollama’s vectors cannot be read.', { kind: 'bad-response' });
    const inputTokens = answer.prompt_eval_count;
    return { vectors: answer.embeddings, ...(inputTokens === undefined ? {} : { inputTokens }) };
  },
};
