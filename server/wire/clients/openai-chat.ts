/** Chat Completions, as clients speak it. https://platform.openai.com/docs/api-reference/chat */
import type { ClientFormat } from './client-format.ts';
import { chatAnswerEncoder } from './openai-chat-answer.ts';
import { decodeChatRequest } from './openai-chat-request.ts';

export const openaiChatClients: ClientFormat = {
  decodeRequest: (body) => decodeChatRequest(body),
  encoder: chatAnswerEncoder,
};
