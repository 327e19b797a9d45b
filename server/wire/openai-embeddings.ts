/** Embeddings, as OpenAI defines them. https://platform.openai.com/docs/api-reference/embeddings */
import * as z from 'zod';
import { RumboError } from '../../shared/errors.ts';
import type { EmbeddingFormat } from './wire-format.ts';

const Answer = z.object({
  data: z.array(
    z.object({
      index: z.number().optional().catch(undefined),
      embedding: z.union([z.array(z.number()), z.base64()]),
    }),
  ),
  usage: z
    .object({ prompt_tokens: z.number().optional().catch(undefined) })
    .nullish()
    .catch(undefined),
});

/** @param encoding `base64` is a quarter of the bytes, and not every copy supports it. Absent: numbers */
export const openaiEmbeddings = (encoding?: 'base64'): EmbeddingFormat => ({
  encode: (model, texts) => ({
    path: '/embeddings',
    body: { model, input: texts, ...(encoding ? { encoding_format: encoding } : {}) },
  }),
  decode(body) {
    const { data: answer } = Answer.safeParse(body);
    if (!answer) throw new RumboError('The service’s embeddings cannot be read.', { kind: 'bad-response' });
    const inOrder = answer.data.map((entry, index) => ({
      index: entry.index ?? index,
      embedding: entry.embedding,
    }));
    inOrder.sort((a, b) => a.index - b.index);
    const inputTokens = answer.usage?.prompt_tokens;
    return {
      vectors: inOrder.map(({ embedding }) =>
        typeof embedding === 'string' ? numbersIn(embedding) : embedding,
      ),
      ...(inputTokens === undefined ? {} : { inputTokens }),
    };
  },
});

/** 32-bit floats, the lowest byte first. */
function numbersIn(base64: string): readonly number[] {
  const bytes = Buffer.from(base64, 'base64');
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4));
}
