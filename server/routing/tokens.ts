/** Estimates the tokens of a text: before a request is sent, no tokenizer is worth its megabytes. */
import { imagesOf, type Message, textOf } from '../../shared/chat.ts';

/** UTF-8 bytes per token of common tokenizers on English prose and code. */
const bytesPerToken = 3.6;
/** Tokens that a chat template adds around each message. */
const perMessage = 6;
/** Tokens of an image of usual size, and the most that any service counts for one. */
const perImage = 1_000;
const maxPerImage = 6_000;

/** Tokens, rounded up; about ± 25 % on prose and code. */
export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / bytesPerToken);

export const estimatePromptTokens = (messages: readonly Message[]): number =>
  messages.reduce(
    (sum, message) =>
      sum + perMessage + estimateTokens(promptTextOf(message)) + imagesOf(message).length * perImage,
    0,
  );

/** Upper bound for worst-case prices: one token per byte, which no tokenizer exceeds, and the largest count for images. */
export const maxPromptTokens = (messages: readonly Message[]): number =>
  messages.reduce(
    (sum, message) =>
      sum +
      perMessage * 2 +
      Buffer.byteLength(promptTextOf(message)) +
      imagesOf(message).length * maxPerImage,
    0,
  );

/** All text that a model reads of a message. */
const promptTextOf = (message: Message): string =>
  message.role === 'assistant' && message.toolCalls
    ? `${message.content}${message.toolCalls.map(({ name, input }) => name + input).join('')}`
    : textOf(message);
