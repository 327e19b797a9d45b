/** Estimates the tokens of pictures, documents and sound: services count them by size, pages and seconds. */
import type { AudioPart, DocumentPart, ImagePart } from '../../shared/content.ts';
import { bytesOfBase64 } from '../../shared/request-size.ts';
import { type ImageSize, imageSize } from './image-size.ts';

/** A prompt's tokens before it is sent. */
export type PromptTokens = {
  readonly estimated: number;
  /** No tokenizer and no service exceeds it: for worst-case prices. */
  readonly max: number;
};

/** Tokens of a picture of usual size, of one at low detail, and the most that a service counts for a usual one. */
const perImage = 1_000;
const perLowImage = 85;
const maxPerImage = 6_000;
/** Larger pictures are scaled down to about so many tokens. https://platform.claude.com/docs/en/build-with-claude/vision */
const pixelsPerToken = 750;
const scaledImage = 1_600;
/** The tiles into which a picture is cut, in pixels, and tokens of each. https://ai.google.dev/gemini-api/docs/tokens */
const tilePixels = 768;
const perTile = 258;

export function imageTokens(part: ImagePart): PromptTokens {
  const size = 'data' in part ? imageSize(part.data) : undefined;
  if (!size) return { estimated: part.detail === 'low' ? perLowImage : perImage, max: maxPerImage };
  const estimated = Math.min(scaledImage, Math.ceil((size.width * size.height) / pixelsPerToken));
  return {
    estimated: part.detail === 'low' ? perLowImage : Math.max(perLowImage, estimated),
    max: Math.max(maxPerImage, tilesOf(size) * perTile),
  };
}

const tilesOf = ({ width, height }: ImageSize): number =>
  Math.ceil(width / tilePixels) * Math.ceil(height / tilePixels);

/** A page as text and as a picture, usually and at most. https://platform.claude.com/docs/en/build-with-claude/pdf-support */
const perPage = 2_000;
const maxPerPage = 4_600;
/** Bytes of a page of usual size, and of the smallest that is likely; pages that services read at most. */
const bytesPerPage = 60_000;
const minBytesPerPage = 10_000;
const maxPages = 1_000;
/** Pages of a document that only its address or id stands for. */
const unseenPages = 10;
const maxUnseenPages = 100;

export function documentTokens(part: DocumentPart): PromptTokens {
  // Its text counts as text.
  if ('text' in part) return { estimated: 0, max: 0 };
  if (!('data' in part)) return { estimated: unseenPages * perPage, max: maxUnseenPages * maxPerPage };
  const bytes = bytesOfBase64(part.data);
  const pages = (each: number): number => Math.min(maxPages, Math.ceil(bytes / each));
  return { estimated: pages(bytesPerPage) * perPage, max: pages(minBytesPerPage) * maxPerPage };
}

/** Tokens of a second, usually and at most. https://ai.google.dev/gemini-api/docs/audio */
const perSecond = 25;
const maxPerSecond = 32;
/** Bytes of a second: uncompressed speech, compressed speech, and as little as any format needs. */
const bytesOfWave = 32_000;
const bytesOfSpeech = 8_000;
const minBytesPerSecond = 1_000;
/** Seconds of a sound that only its id stands for. */
const unseenSeconds = 60;
const maxUnseenSeconds = 3_600;

export function audioTokens(part: AudioPart): PromptTokens {
  if (!('data' in part))
    return { estimated: unseenSeconds * perSecond, max: maxUnseenSeconds * maxPerSecond };
  const bytes = bytesOfBase64(part.data);
  const isWave = part.mediaType === 'audio/wav' || part.mediaType === 'audio/pcm';
  return {
    estimated: Math.ceil(bytes / (isWave ? bytesOfWave : bytesOfSpeech)) * perSecond,
    max: Math.ceil(bytes / (isWave ? bytesOfSpeech : minBytesPerSecond)) * maxPerSecond,
  };
}
