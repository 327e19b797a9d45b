/**
 * The parts of a message, as in vercel/ai: what a user, a tool or a model says beside plain text. Schema and type are one;
 * the client imports types only. https://ai-sdk.dev/docs/reference/ai-sdk-core/model-message
 */
import * as z from 'zod';

/** The formats of pictures that every service with vision reads. */
export type ImageMediaType = (typeof imageMediaTypes)[number];
export const imageMediaTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;

/** The formats of sound that services read or write. */
export const audioMediaTypes = [
  'audio/wav',
  'audio/mpeg',
  'audio/aac',
  'audio/flac',
  'audio/ogg',
  'audio/webm',
  'audio/pcm',
] as const;

/**
 * The whole prompt up to and with this part is worth keeping in the service's prompt cache, this long.
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
export const cacheLifetimes = ['5m', '1h'] as const;
export type CacheLifetime = (typeof cacheLifetimes)[number];

const cache = { cache: z.enum(cacheLifetimes).exactOptional() };

/** An address that a service fetches by itself, or a file that was uploaded to one provider and only that one knows. */
const Url = z.url({ protocol: /^https?$/ });
const uploaded = { fileId: z.string().min(1), provider: z.string().min(1) };

/** A passage of a source that the text refers to. Absent fields were not stated. */
export const Citation = z.strictObject({
  url: z.string().exactOptional(),
  title: z.string().exactOptional(),
  /** Which document of the request, from 0, in the order of the conversation. */
  document: z.int().min(0).exactOptional(),
  /** The words of the source. */
  quote: z.string().exactOptional(),
  /** Where in the source, in its own unit: characters, pages or blocks; the end is exclusive. */
  source: z
    .strictObject({ unit: z.enum(['characters', 'pages', 'blocks']), start: z.int(), end: z.int() })
    .exactOptional(),
  /** The part of the text that refers to it, UTF-16, counted in the text that holds the citation; the end is exclusive. */
  start: z.int().min(0).exactOptional(),
  end: z.int().min(0).exactOptional(),
  /** What the service wants back unchanged with it. */
  signature: z.string().exactOptional(),
});
export type Citation = Immutable<z.infer<typeof Citation>>;

export const TextPart = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  /** Of an answer: what it refers to. Absent: nothing. */
  citations: z.array(Citation).exactOptional(),
  /** What the service wants back unchanged with the text. */
  signature: z.string().exactOptional(),
  ...cache,
});
export type TextPart = Immutable<z.infer<typeof TextPart>>;

/** Where the client read a part from: only its path is matched against `rumbo.privacy.localOnly`. Absent: from no file. */
const origin = { uri: z.string().exactOptional() };

const imageFields = {
  type: z.literal('image'),
  /** How closely the model looks. Absent: `auto`. */
  detail: z.enum(['low', 'high', 'original', 'auto']).exactOptional(),
  signature: z.string().exactOptional(),
  ...origin,
  ...cache,
};
/** A picture: its bytes in base64 without a `data:` prefix, an address, or an uploaded file. */
export const ImagePart = z.union([
  z.strictObject({ ...imageFields, mediaType: z.enum(imageMediaTypes), data: z.base64() }),
  z.strictObject({ ...imageFields, mediaType: z.enum(imageMediaTypes).exactOptional(), url: Url }),
  z.strictObject({ ...imageFields, mediaType: z.enum(imageMediaTypes).exactOptional(), ...uploaded }),
]);
export type ImagePart = Immutable<z.infer<typeof ImagePart>>;

const documentFields = {
  type: z.literal('document'),
  title: z.string().exactOptional(),
  /** What the document is, for the model; never cited. */
  context: z.string().exactOptional(),
  /** The answer shall name the passages that it uses. Absent: it need not. */
  isCited: z.literal(true).exactOptional(),
  ...origin,
  ...cache,
};
/** A document: a PDF in base64, plain text, an address of a PDF, or an uploaded file. */
export const DocumentPart = z.union([
  z.strictObject({ ...documentFields, mediaType: z.literal('application/pdf'), data: z.base64() }),
  z.strictObject({ ...documentFields, text: z.string() }),
  z.strictObject({ ...documentFields, url: Url }),
  z.strictObject({ ...documentFields, ...uploaded }),
]);
export type DocumentPart = Immutable<z.infer<typeof DocumentPart>>;

const audioFields = { type: z.literal('audio'), transcript: z.string().exactOptional(), ...origin };
/** Sound: its bytes in base64, or a file that the provider knows by its id, such as an earlier answer. */
export const AudioPart = z.union([
  z.strictObject({ ...audioFields, mediaType: z.enum(audioMediaTypes), data: z.base64() }),
  z.strictObject({ ...audioFields, ...uploaded }),
]);
export type AudioPart = Immutable<z.infer<typeof AudioPart>>;

/** What the model thought before its answer. An empty text with a signature is a thought that the service keeps to itself. */
export const ReasoningPart = z.strictObject({
  type: z.literal('reasoning'),
  text: z.string(),
  /** What the service wants back unchanged; only models of the same vendor can read it. Absent: nothing. */
  signature: z.string().exactOptional(),
});
export type ReasoningPart = Immutable<z.infer<typeof ReasoningPart>>;

/** The model declines, in its own words. */
export const RefusalPart = z.strictObject({ type: z.literal('refusal'), text: z.string() });
export type RefusalPart = Immutable<z.infer<typeof RefusalPart>>;

/** A function the model wants called. */
export const ToolCall = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** JSON text of the arguments, as the model wrote it; of a custom tool, its plain text. */
  input: z.string(),
  /** The group of tools that it belongs to. Absent: none. */
  namespace: z.string().exactOptional(),
  /** The tool takes plain text instead of JSON. Absent: JSON. */
  isCustom: z.literal(true).exactOptional(),
  /** What the service wants back unchanged with this call (Gemini's thought signature). */
  signature: z.string().exactOptional(),
});
export type ToolCall = Immutable<z.infer<typeof ToolCall>>;

export const ToolCallPart = z.strictObject({ type: z.literal('tool-call'), ...ToolCall.shape });
export type ToolCallPart = Immutable<z.infer<typeof ToolCallPart>>;

/** The wire formats whose items only services of the same format can read. */
export const wireNames = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate-content',
  'ollama-chat',
] as const;
export type WireName = (typeof wireNames)[number];

/** An item of a service's own tools, such as a web search and its result, in the service's format. */
export const HostedPart = z.strictObject({
  type: z.literal('hosted'),
  wire: z.enum(wireNames),
  item: z.record(z.string(), z.unknown()),
});
export type HostedPart = Immutable<z.infer<typeof HostedPart>>;

export const UserPart = z.union([TextPart, ImagePart, DocumentPart, AudioPart]);
export type UserPart = Immutable<z.infer<typeof UserPart>>;

export const ToolResultPart = z.union([TextPart, ImagePart, DocumentPart]);
export type ToolResultPart = Immutable<z.infer<typeof ToolResultPart>>;

export const AssistantPart = z.union([
  TextPart,
  ReasoningPart,
  RefusalPart,
  ToolCallPart,
  ImagePart,
  AudioPart,
  HostedPart,
]);
export type AssistantPart = Immutable<z.infer<typeof AssistantPart>>;

export type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;
