/** Google Gemini. https://ai.google.dev/gemini-api/docs */
import { geminiGenerateContent } from '../wire/gemini-generate-content.ts';
import { keyHeader } from './define.ts';
import type { EngineDefinition } from './engine.ts';

export const gemini: EngineDefinition = {
  kind: 'gemini',
  label: 'Gemini',
  source: 'api',
  // On v1 the `-latest` names and the previews do not exist; a base URL that ends in `v1` selects it all the same.
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  version: 'v1beta',
  key: 'required',
  keyVariable: 'GEMINI_API_KEY',
  numberedKeyVariables: true,
  keyPrefix: 'AIza|AQ\\.',
  headers: keyHeader('x-goog-api-key'),
  wire: geminiGenerateContent,
  defaultModels: ['gemini-3.8-flash', 'gemini-3.5-flash-lite', 'gemini-3.1-pro-preview'],
  // https://ai.google.dev/gemini-api/docs/models
  families: [
    [/embedding/, { embeds: true }],
    [/^gemini-(?:2\.5|[3-9])/, { tools: true, vision: true, reasoning: true, maxOutputTokens: 65_536 }],
    [/^gemini-2\.0/, { tools: true, vision: true, reasoning: false, maxOutputTokens: 8_192 }],
  ],
  modelsDevId: 'google',
  genaiPricesId: 'google',
  readme: {
    docs: 'https://ai.google.dev/gemini-api/docs',
    chat: 'generateContent, `v1beta`',
    verifiedBy: 'the official SDK against a fake',
  },
};
