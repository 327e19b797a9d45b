/** Ollama's chat, as clients speak it. https://github.com/ollama/ollama/blob/main/docs/api.md */
import type { ClientFormat } from './client-format.ts';
import { ollamaAnswerEncoder } from './ollama-answer.ts';
import { decodeOllamaRequest } from './ollama-request.ts';

export const ollamaClients: ClientFormat = {
  decodeRequest: (body) => decodeOllamaRequest(body),
  encoder: ollamaAnswerEncoder,
};
