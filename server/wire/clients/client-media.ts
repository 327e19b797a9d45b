/** Pictures, documents and sound of clients as parts of a message. */
import {
  type AudioPart,
  audioMediaTypes,
  type CacheLifetime,
  type DocumentPart,
  type ImagePart,
  imageMediaTypes,
  type TextPart,
  type UserPart,
} from '../../../shared/content.ts';
import { fieldsOf, stringOf } from '../json-fields.ts';
import { dataAddress, invalidBody } from './body-fields.ts';

/**
 * The text of instructions, which hold nothing else.
 * @param ignoreRest called when the client has put something else there
 */
export function instructionText(
  content: string | readonly UserPart[],
  ignoreRest: () => void,
): string | readonly TextPart[] {
  if (typeof content === 'string') return content;
  const texts = content.filter((part) => part.type === 'text');
  if (texts.length < content.length) ignoreRest();
  return texts;
}

/** @param where the field, for the sentence of an error */
export function imagePart(
  url: string,
  where: string,
  more: Pick<ImagePart, 'detail' | 'cache'> = {},
): ImagePart {
  const data = dataAddress(url);
  if (data) return imageData(data.mediaType, data.data, where, more);
  if (!/^https?:\/\//i.test(url))
    throw invalidBody(`${where} is neither an http address nor data in base64.`);
  return { type: 'image', url, ...more };
}

export function imageData(
  mediaType: string,
  data: string,
  where: string,
  more: Pick<ImagePart, 'detail' | 'cache'> = {},
): ImagePart {
  const found = imageMediaTypes.find(
    (type) => type === mediaType.toLowerCase().replace('image/jpg', 'image/jpeg'),
  );
  if (!found)
    throw invalidBody(`${where} is of type ${mediaType || 'unknown'}; models read PNG, JPEG, WebP and GIF.`);
  return { type: 'image', mediaType: found, data, ...more };
}

export type DocumentFields = Pick<DocumentPart, 'title' | 'context' | 'isCited' | 'cache'>;

export function documentData(
  mediaType: string,
  data: string,
  where: string,
  more: DocumentFields = {},
): DocumentPart {
  if (mediaType === 'application/pdf') return { type: 'document', mediaType, data, ...more };
  if (/^text\/|json|xml/.test(mediaType))
    return { type: 'document', text: Buffer.from(data, 'base64').toString('utf8'), ...more };
  throw invalidBody(`${where} is of type ${mediaType || 'unknown'}; models read PDF and plain text.`);
}

export function audioData(format: string, data: string, where: string): AudioPart {
  const type = format.includes('/')
    ? format
    : `audio/${format.replace('mp3', 'mpeg').replace('pcm16', 'pcm')}`;
  const mediaType = audioMediaTypes.find((each) => each === type.toLowerCase());
  if (!mediaType) throw invalidBody(`${where} has the format ${format}, which no model reads.`);
  return { type: 'audio', mediaType, data };
}

/** Anthropic's mark, which OpenRouter and LiteLLM take from clients of Chat Completions too. */
export function cacheHint(mark: unknown): { readonly cache?: CacheLifetime } {
  const fields = fieldsOf(mark);
  if (!fields || stringOf(fields['type']) !== 'ephemeral') return {};
  return { cache: fields['ttl'] === '1h' ? '1h' : '5m' };
}

/** A document of a client that writes its bytes as an address. */
export function dataAddressDocument(url: string, where: string, more: DocumentFields = {}): DocumentPart {
  const data = dataAddress(url);
  if (data) return documentData(data.mediaType, data.data, where, more);
  if (/^https?:\/\//i.test(url)) return { type: 'document', url, ...more };
  throw invalidBody(`${where} has neither an http address nor data in base64.`);
}
