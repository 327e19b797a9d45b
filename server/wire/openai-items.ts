/** Items of the Responses API that only OpenAI can read, as signatures and back. https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items */
import * as z from 'zod';
import { type ImagePart, imageMediaTypes } from '../../shared/content.ts';
import { sealSignature, unsealSignature } from './signatures.ts';

/** Encrypted reasoning, unchanged except for its `status`, which the service does not accept back. */
const Reasoning = z.object({
  type: z.literal('reasoning'),
  id: z.string(),
  summary: z.array(z.unknown()),
  content: z.array(z.unknown()).optional(),
  encrypted_content: z.string(),
});

/** A picture's item without the picture. */
const GeneratedImage = z.object({ type: z.literal('image_generation_call'), id: z.string() });

/** `undefined`: only the service that keeps the item could read it. */
export function sealReasoningItem(item: unknown): string | undefined {
  const { data } = Reasoning.safeParse(item);
  return data && sealSignature('openai', JSON.stringify(data));
}

/** The item of a signature; `undefined` where another service made it. */
export const reasoningItem = (signature: string | undefined): z.infer<typeof Reasoning> | undefined =>
  itemOf(signature, Reasoning);

/** A picture that the service made. `undefined`: the item holds none. */
export function generatedImage(item: unknown): ImagePart | undefined {
  const { data: found } = GeneratedImage.safeParse(item);
  const { result: data, output_format: format = 'png' } = item as {
    readonly result?: unknown;
    readonly output_format?: unknown;
  };
  const mediaType = imageMediaTypes.find((type) => type === `image/${String(format)}`);
  if (!found || typeof data !== 'string' || data === '' || !mediaType) return undefined;
  return { type: 'image', mediaType, data, signature: sealSignature('openai', JSON.stringify(found)) };
}

/** The item of a picture that this service made; `undefined` for any other. */
export function generatedImageItem(part: ImagePart): object | undefined {
  const item = 'data' in part ? itemOf(part.signature, GeneratedImage) : undefined;
  return item && 'data' in part ? { ...item, status: 'completed', result: part.data } : undefined;
}

function itemOf<Item>(signature: string | undefined, schema: z.ZodType<Item>): Item | undefined {
  const own = unsealSignature('openai', signature);
  if (own === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(own)).data;
  } catch {
    return undefined;
  }
}
