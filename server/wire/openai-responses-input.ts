/** A conversation as the items of the Responses API: a call and its result stand beside the messages. https://platform.openai.com/docs/api-reference/responses/create */
import type { Message } from '../../shared/chat.ts';
import type { AssistantPart, DocumentPart, ImagePart, ToolCall } from '../../shared/content.ts';
import { assistantParts, type MessagePart, textOf } from '../../shared/message-parts.ts';
import { generatedImageItem, reasoningItem } from './openai-items.ts';

export function inputItems(messages: readonly Message[]): readonly object[] {
  /** Calls of tools that take plain text: their results are items of another type. */
  const customCalls = new Set<string>();
  return messages.flatMap((message) => itemsOf(message, customCalls));
}

function itemsOf(message: Message, customCalls: Set<string>): readonly object[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: textOf(message) }];
    case 'user':
      return [{ role: 'user', content: contentOf(message.content) }];
    case 'assistant':
      return answerItems(assistantParts(message), customCalls);
    case 'tool':
      return [
        {
          type: customCalls.has(message.toolCallId) ? 'custom_tool_call_output' : 'function_call_output',
          call_id: message.toolCallId,
          output: contentOf(message.content),
        },
      ];
  }
}

/** Text alone stays a string. */
function contentOf(content: Exclude<Message, { role: 'assistant' }>['content']): string | readonly object[] {
  if (typeof content === 'string') return content;
  const parts = content as readonly MessagePart[];
  // The API has no field for sound.
  return parts.every((part) => isText(part) || part.type === 'audio')
    ? textOf({ content })
    : parts.flatMap(inputPart);
}

const isText = (part: MessagePart): boolean =>
  part.type === 'text' || (part.type === 'document' && 'text' in part);

function inputPart(part: MessagePart): readonly object[] {
  switch (part.type) {
    case 'text':
      return [{ type: 'input_text', text: part.text }];
    case 'image':
      return [inputImage(part)];
    case 'document':
      return 'text' in part ? [{ type: 'input_text', text: part.text }] : [inputFile(part)];
    default:
      return [];
  }
}

const inputImage = (part: ImagePart): object => ({
  type: 'input_image',
  ...('fileId' in part
    ? { file_id: part.fileId }
    : { image_url: 'url' in part ? part.url : `data:${part.mediaType};base64,${part.data}` }),
  ...(part.detail && part.detail !== 'auto' ? { detail: part.detail } : {}),
});

/** https://platform.openai.com/docs/guides/pdf-files */
function inputFile(part: Exclude<DocumentPart, { text: string }>): object {
  if ('fileId' in part) return { type: 'input_file', file_id: part.fileId };
  if ('url' in part) return { type: 'input_file', file_url: part.url };
  return {
    type: 'input_file',
    filename: part.title ?? 'document.pdf',
    file_data: `data:${part.mediaType};base64,${part.data}`,
  };
}

/** Reasoning of this vendor is returned in its place, or before the call with which it came. */
function answerItems(parts: readonly AssistantPart[], customCalls: Set<string>): readonly object[] {
  const items: object[] = [];
  const hasOwn = parts.some((part) => part.type === 'reasoning' && reasoningItem(part.signature));
  let text = '';
  /** Pictures that another service made, for the user to show. */
  const pictures: object[] = [];
  const flush = (): void => {
    if (text !== '') items.push({ role: 'assistant', content: text });
    text = '';
  };
  const add = (item: object | undefined): void => {
    if (!item) return;
    flush();
    items.push(item);
  };
  for (const part of parts) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'reasoning') add(reasoningItem(part.signature));
    else if (part.type === 'refusal') add(refusalItem(part.text));
    else if (part.type === 'image') {
      const item = generatedImageItem(part);
      if (item) add(item);
      else pictures.push(inputImage(part));
    } else if (part.type === 'hosted') add(part.wire === 'openai-responses' ? part.item : undefined);
    else if (part.type === 'tool-call') {
      if (part.isCustom) customCalls.add(part.id);
      add(hasOwn ? undefined : reasoningItem(part.signature));
      add(callItem(part));
    }
  }
  flush();
  return pictures.length === 0
    ? items
    : [
        ...items,
        { role: 'user', content: [{ type: 'input_text', text: '(Of the answer before:)' }, ...pictures] },
      ];
}

const refusalItem = (refusal: string): object => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'refusal', refusal }],
});

const callItem = ({ id, name, namespace, input, isCustom }: ToolCall): object => ({
  type: isCustom ? 'custom_tool_call' : 'function_call',
  call_id: id,
  name,
  ...(namespace === undefined ? {} : { namespace }),
  ...(isCustom ? { input } : { arguments: input }),
});
