/** Estimates the tokens of a text: before a request is sent, no tokenizer is worth its megabytes. */
import type { Message, Tool } from '../../shared/chat.ts';
import { imagesOf, textOf } from '../../shared/message-parts.ts';

/** UTF-8 bytes per token of common tokenizers on English prose and code. */
const bytesPerToken = 3.6;
/** Tokens that a chat template adds around each message. */
const perMessage = 6;
/** Tokens of an image of usual size, and the most that any service counts for one. */
const perImage = 1_000;
const maxPerImage = 6_000;
/** Tokens around each tool's definition, and of the instructions that a service adds where there are tools, usually and at most. */
const perTool = 12;
const perTools = 50;
const maxPerTools = 1_000;

/** Tokens, rounded up; about ± 25 % on prose and code. */
export const estimateTokens = (text: string): number => tokensOfBytes(Buffer.byteLength(text));

/** The same of UTF-8 bytes. */
export const tokensOfBytes = (bytes: number): number => Math.ceil(bytes / bytesPerToken);

/** A prompt's tokens before it is sent. */
export type PromptTokens = {
  readonly estimated: number;
  /** No tokenizer and no service exceeds it: for worst-case prices. */
  readonly max: number;
};

/** Of messages with their pictures, tool calls, tool results and sealed reasoning, and of the tools' definitions. */
export function promptTokens(messages: readonly Message[], tools: readonly Tool[] = []): PromptTokens {
  let estimated = 0;
  // One token per byte, and the largest count for a picture.
  let max = 0;
  for (const message of messages) {
    const bytes = Buffer.byteLength(promptTextOf(message));
    const images = imagesOf(message).length;
    estimated += perMessage + Math.ceil(bytes / bytesPerToken) + images * perImage;
    max += perMessage * 2 + bytes + images * maxPerImage;
  }
  if (tools.length === 0) return { estimated, max };
  const bytes = Buffer.byteLength(JSON.stringify(tools));
  return {
    estimated: estimated + perTools + tools.length * perTool + Math.ceil(bytes / bytesPerToken),
    max: max + maxPerTools + tools.length * perTool * 4 + bytes,
  };
}

/** All text that a model reads of a message. */
function promptTextOf(message: Message): string {
  if (message.role === 'tool') return message.content + message.toolCallId + message.toolName;
  if (message.role !== 'assistant' || !message.toolCalls) return textOf(message);
  const calls = message.toolCalls.map(({ id, name, input, signature = '' }) => id + name + input + signature);
  return message.content + calls.join('');
}
