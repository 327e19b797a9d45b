/** How many tokens a text is, by estimate: no tokenizer is worth its megabytes before a request is sent. */
import { imagesOf, type Message, textOf } from '../../shared/chat.ts';

/** UTF-8 bytes per token that common tokenizers reach on English prose and code. */
const bytesPerToken = 3.6;
/** What a chat template adds around each message. */
const perMessage = 6;
/** A picture of usual size, and the largest that any service makes of one. */
const perImage = 1_000;
const mostPerImage = 6_000;

/** Tokens, rounded up; about ± 25 % on prose and code. */
export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / bytesPerToken);

export const estimatePromptTokens = (messages: readonly Message[]): number =>
  messages.reduce(
    (sum, message) =>
      sum + perMessage + estimateTokens(wordsOf(message)) + imagesOf(message).length * perImage,
    0,
  );

/** A byte a token, which no tokenizer exceeds, and the largest picture anybody counts: for worst-case prices. */
export const maxPromptTokens = (messages: readonly Message[]): number =>
  messages.reduce(
    (sum, message) =>
      sum + perMessage * 2 + Buffer.byteLength(wordsOf(message)) + imagesOf(message).length * mostPerImage,
    0,
  );

/** All a model reads of a message. */
const wordsOf = (message: Message): string =>
  message.role === 'assistant' && message.toolCalls
    ? `${message.content}${message.toolCalls.map(({ name, input }) => name + input).join('')}`
    : textOf(message);
