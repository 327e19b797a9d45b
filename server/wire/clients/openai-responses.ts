/** The Responses API, as clients speak it. https://platform.openai.com/docs/api-reference/responses */
import type { ClientFormat } from './client-format.ts';
import { responsesAnswerEncoder } from './openai-responses-answer.ts';
import { decodeResponsesRequest } from './openai-responses-request.ts';

export const openaiResponsesClients: ClientFormat = {
  decodeRequest: (body) => decodeResponsesRequest(body),
  encoder: responsesAnswerEncoder,
};
