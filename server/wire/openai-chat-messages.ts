/** A conversation in Chat Completions. https://platform.openai.com/docs/api-reference/chat/create */
import type { Message } from '../../shared/chat.ts';
import type {
  AssistantPart,
  AudioPart,
  DocumentPart,
  ImagePart,
  ToolCall,
  UserPart,
} from '../../shared/content.ts';
import { assistantParts, type MessagePart, textOf, toolCallsOf } from '../../shared/message-parts.ts';
import { unsealDetails } from './openai-chat-reasoning-details.ts';
import { unsealReasoning } from './openai-reasoning.ts';

export type MessageQuirks = {
  /** The id under which a tool call is sent back; another service may have made it. Absent: unchanged. */
  readonly formatCallId?: (id: string) => string;
  /** The service requires the reasoning that led to a call back with it. */
  readonly returnsReasoning?: boolean;
  /** A gateway takes back the reasoning that it sent in pieces. Absent: the service does not know them. */
  readonly returnsReasoningDetails?: boolean;
  /** How a PDF is written. Absent: as OpenAI does. */
  readonly formatDocument?: (document: DocumentPart) => object;
  /** How sound is written. Absent: as OpenAI does. */
  readonly formatAudio?: (audio: AudioPart) => object;
  /** The service takes Anthropic's marks of what to cache. Absent: it does not. */
  readonly takesCacheHints?: boolean;
};

export function encodeChatMessage(message: Message, quirks: MessageQuirks): object {
  const { formatCallId = (id) => id } = quirks;
  switch (message.role) {
    case 'system':
      return { role: 'system', content: contentOf(message.content, quirks) };
    case 'user':
      return { role: 'user', content: contentOf(message.content, quirks) };
    case 'assistant':
      return assistantMessage(message, quirks, formatCallId);
    case 'tool':
      return {
        role: 'tool',
        tool_call_id: formatCallId(message.toolCallId),
        content: contentOf(message.content, quirks),
      };
  }
}

function assistantMessage(
  message: Extract<Message, { role: 'assistant' }>,
  quirks: MessageQuirks,
  formatCallId: (id: string) => string,
): object {
  const calls = toolCallsOf(message);
  const parts = assistantParts(message);
  const refusal = textOfType(parts, 'refusal');
  const text = refusal === '' ? textOf(message) : textOfType(parts, 'text');
  return {
    role: 'assistant',
    content: text || (calls.length > 0 || refusal !== '' ? null : ''),
    ...(refusal === '' ? {} : { refusal }),
    ...(quirks.returnsReasoning && calls.length > 0 ? { reasoning_content: reasoningOf(parts, calls) } : {}),
    ...(quirks.returnsReasoningDetails ? detailsOf(parts) : {}),
    ...(calls.length > 0 ? { tool_calls: calls.map((call) => callOf(call, formatCallId)) } : {}),
  };
}

function detailsOf(parts: readonly AssistantPart[]): object {
  const details = parts.flatMap((part) => (part.type === 'reasoning' ? unsealDetails(part.signature) : []));
  return details.length > 0 ? { reasoning_details: details } : {};
}

const textOfType = (parts: readonly AssistantPart[], type: 'text' | 'refusal' | 'reasoning'): string =>
  parts.map((part) => (part.type === type ? part.text : '')).join('');

/** As parts of the message, or sealed with the calls. */
const reasoningOf = (parts: readonly AssistantPart[], calls: readonly ToolCall[]): string =>
  textOfType(parts, 'reasoning') || unsealReasoning(calls);

const callOf = ({ id, name, input, isCustom }: ToolCall, formatCallId: (id: string) => string): object =>
  isCustom
    ? { id: formatCallId(id), type: 'custom', custom: { name, input } }
    : { id: formatCallId(id), type: 'function', function: { name, arguments: input } };

/** Plain text stays a string: many servers accept nothing else. */
function contentOf(
  content: Exclude<Message, { role: 'assistant' }>['content'],
  quirks: MessageQuirks,
): string | readonly object[] {
  if (typeof content === 'string') return content;
  const parts = content as readonly UserPart[];
  if (parts.every((part) => isPlainText(part, quirks))) return textOf({ content });
  return parts.map((part) => ({ ...partOf(part, quirks), ...cacheMark(part, quirks) }));
}

const isPlainText = (part: UserPart, { takesCacheHints }: MessageQuirks): boolean =>
  (part.type === 'text' || (part.type === 'document' && 'text' in part)) && !(takesCacheHints && part.cache);

function partOf(part: UserPart, quirks: MessageQuirks): object {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image':
      return imageOf(part);
    case 'document':
      return 'text' in part ? { type: 'text', text: part.text } : (quirks.formatDocument ?? documentOf)(part);
    case 'audio':
      return (quirks.formatAudio ?? audioOf)(part);
  }
}

const imageOf = (part: ImagePart): object => ({
  type: 'image_url',
  image_url: {
    url:
      'data' in part ? `data:${part.mediaType};base64,${part.data}` : 'url' in part ? part.url : part.fileId,
    ...(part.detail && part.detail !== 'auto' ? { detail: part.detail } : {}),
  },
});

/** https://platform.openai.com/docs/guides/pdf-files */
function documentOf(part: DocumentPart): object {
  if ('fileId' in part) return { type: 'file', file: { file_id: part.fileId } };
  const filename = part.title ?? 'document.pdf';
  if ('url' in part) return { type: 'file', file: { filename, file_data: part.url } };
  return 'data' in part
    ? { type: 'file', file: { filename, file_data: `data:${part.mediaType};base64,${part.data}` } }
    : { type: 'text', text: part.text };
}

/** https://platform.openai.com/docs/guides/audio */
const audioOf = (part: AudioPart): object =>
  'data' in part
    ? { type: 'input_audio', input_audio: { data: part.data, format: audioFormats[part.mediaType] } }
    : { type: 'text', text: part.transcript ?? '' };

const audioFormats: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/aac': 'aac',
  'audio/flac': 'flac',
  'audio/ogg': 'ogg',
  'audio/webm': 'webm',
  'audio/pcm': 'pcm16',
};

/** As Anthropic writes it, and OpenRouter and LiteLLM pass it on. https://openrouter.ai/docs/features/prompt-caching */
const cacheMark = (part: MessagePart, { takesCacheHints }: MessageQuirks): object =>
  takesCacheHints && 'cache' in part && part.cache
    ? { cache_control: { type: 'ephemeral', ...(part.cache === '1h' ? { ttl: '1h' } : {}) } }
    : {};
