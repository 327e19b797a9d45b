/** Gemini's generateContent, as clients speak it. https://ai.google.dev/api/generate-content */
import type { ClientFormat } from './client-format.ts';
import { geminiAnswerEncoder } from './gemini-answer.ts';
import { decodeGeminiRequest } from './gemini-request.ts';

export const geminiClients: ClientFormat = {
  decodeRequest: decodeGeminiRequest,
  encoder: geminiAnswerEncoder,
};
