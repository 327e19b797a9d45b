/** How many tokens a text is, by estimate: no tokenizer is worth its megabytes before a request is sent. */
import type { Message } from '../../shared/chat.ts';

/** UTF-8 bytes per token that common tokenizers reach on English prose and code. */
const bytesPerToken = 3.6;
/** What a chat template adds around each message. */
const perMessage = 6;

/** Tokens, rounded up; about ± 25 % on prose and code. */
export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / bytesPerToken);

export const estimatePromptTokens = (messages: readonly Message[]): number =>
  messages.reduce((sum, { content }) => sum + perMessage + estimateTokens(content), 0);

/** Two bytes a token, denser than prose or code get in common tokenizers: for worst-case prices. */
export const mostPromptTokens = (messages: readonly Message[]): number =>
  messages.reduce((sum, { content }) => sum + perMessage * 2 + Math.ceil(Buffer.byteLength(content) / 2), 0);
