/** Anthropic's Messages, as clients speak it. https://platform.claude.com/docs/en/api/messages */
import { messagesAnswerEncoder } from './anthropic-messages-answer.ts';
import { decodeMessagesRequest } from './anthropic-messages-request.ts';
import type { ClientFormat } from './client-format.ts';

export const anthropicMessagesClients: ClientFormat = {
  decodeRequest: (body) => decodeMessagesRequest(body),
  encoder: messagesAnswerEncoder,
};
