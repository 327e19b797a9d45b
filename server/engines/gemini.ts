/** Google Gemini. https://ai.google.dev/gemini-api/docs */
import { geminiGenerateContent } from '../wire/gemini-generate-content.ts';
import { keyHeader } from './define.ts';
import type { EngineDefinition } from './engine.ts';

export const gemini: EngineDefinition = {
  kind: 'gemini',
  label: 'Gemini',
  source: 'api',
  // On v1 the `-latest` names and the previews do not exist; a base URL that ends in `v1` chooses it all the same.
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  version: 'v1beta',
  key: 'required',
  headers: keyHeader('x-goog-api-key'),
  wire: geminiGenerateContent,
  defaultModels: ['gemini-3.8-flash', 'gemini-3.5-flash-lite', 'gemini-3.1-pro-preview'],
};
