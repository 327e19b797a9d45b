/** Gemini's embeddings of several texts at once. https://ai.google.dev/api/embeddings#method:-models.batchembedcontents */
import * as z from 'zod';
import { RumboError } from '../../shared/errors.ts';
import { geminiMethodPath } from './gemini-request.ts';
import type { EmbeddingFormat } from './wire-format.ts';

const Answer = z.object({
  embeddings: z.array(z.object({ values: z.array(z.number()) })),
  usageMetadata: z.object({ promptTokenCount: z.number() }).optional().catch(undefined),
});

export const geminiEmbeddings: EmbeddingFormat = {
  encode: (model, texts) => ({
    path: geminiMethodPath(model, 'batchEmbedContents'),
    // Each request names the model again, and must name the same.
    body: { requests: texts.map((text) => ({ model: `models/${model}`, content: { parts: [{ text }] } })) },
  }),
  decode(body) {
    const { data: answer } = Answer.safeParse(body);
    if (!answer) throw new RumboError('The service’s vectors cannot be read.', { kind: 'bad-response' });
    const inputTokens = answer.usageMetadata?.promptTokenCount;
    return {
      vectors: answer.embeddings.map(({ values }) => values),
      ...(inputTokens === undefined ? {} : { inputTokens }),
    };
  },
};
