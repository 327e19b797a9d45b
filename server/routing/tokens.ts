/** Estimates the tokens of a text: before a request is sent, no tokenizer is worth its megabytes. */
import type { Message, Tool } from '../../shared/chat.ts';
import type { AssistantPart, ToolCall } from '../../shared/content.ts';
import { textOf, toolCallsOf } from '../../shared/message-parts.ts';
import { audioTokens, documentTokens, imageTokens, type PromptTokens } from './media-tokens.ts';

/** UTF-8 bytes per token of common tokenizers on English prose and code. */
const bytesPerToken = 3.6;
/** Tokens that a chat template adds around each message. */
const perMessage = 6;
/** Tokens around each tool's definition, and of the instructions that a service adds where there are tools, usually and at most. */
const perTool = 12;
const perTools = 50;
const maxPerTools = 1_000;

/** Tokens, rounded up; about ± 25 % on prose and code. */
export const estimateTokens = (text: string): number => tokensOfBytes(Buffer.byteLength(text));

/** The same of UTF-8 bytes. */
export const tokensOfBytes = (bytes: number): number => Math.ceil(bytes / bytesPerToken);

/**
 * Of messages with their parts, tool calls, tool results and signatures, and of the definitions of tools.
 * @param schema of the answer. Absent: none
 */
export function promptTokens(
  messages: readonly Message[],
  tools: readonly Tool[] = [],
  schema?: object,
): PromptTokens {
  let estimated = 0;
  // One token per byte.
  let max = 0;
  const add = (tokens: PromptTokens): void => {
    estimated += tokens.estimated;
    max += tokens.max;
  };
  for (const message of messages) {
    const bytes = Buffer.byteLength(promptTextOf(message));
    add({ estimated: perMessage + Math.ceil(bytes / bytesPerToken), max: perMessage * 2 + bytes });
    if (typeof message.content === 'string') continue;
    for (const part of message.content) {
      if (part.type === 'image') add(imageTokens(part));
      else if (part.type === 'document') add(documentTokens(part));
      else if (part.type === 'audio') add(audioTokens(part));
    }
  }
  if (schema) add(bytesAsTokens(Buffer.byteLength(JSON.stringify(schema))));
  if (tools.length === 0) return { estimated, max };
  add(bytesAsTokens(Buffer.byteLength(JSON.stringify(tools))));
  add({ estimated: perTools + tools.length * perTool, max: maxPerTools + tools.length * perTool * 4 });
  return { estimated, max };
}

const bytesAsTokens = (bytes: number): PromptTokens => ({
  estimated: Math.ceil(bytes / bytesPerToken),
  max: bytes,
});

/** All text that a model reads of a message. */
function promptTextOf(message: Message): string {
  if (message.role === 'tool') return textOf(message) + message.toolCallId + message.toolName;
  if (message.role !== 'assistant') return textOf(message);
  return textOf(message) + toolCallsOf(message).map(callText).join('') + sealedTextOf(message.content);
}

const callText = ({ id, name, input, signature = '' }: ToolCall): string => id + name + input + signature;

/** Thoughts and what services want back: they are read again. */
function sealedTextOf(content: string | readonly AssistantPart[]): string {
  if (typeof content === 'string') return '';
  let text = '';
  for (const part of content) {
    if (part.type === 'reasoning') text += part.text + (part.signature ?? '');
    else if (part.type === 'hosted') text += JSON.stringify(part.item);
    else if (part.type === 'text') text += part.signature ?? '';
  }
  return text;
}
