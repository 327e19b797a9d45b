/** The sources of model facts that need no key. A new page is a file and a line here. */
import type { FactSource } from '../facts.ts';
import { anthropicPage } from './anthropic-page.ts';
import { geminiPage } from './gemini-page.ts';
import { groqPage } from './groq-page.ts';
import { modelsDev } from './models-dev.ts';
import { openaiPage } from './openai-page.ts';
import { xaiPage } from './xai-page.ts';

export const publicSources: readonly FactSource[] = [
  modelsDev,
  openaiPage,
  anthropicPage,
  geminiPage,
  groqPage,
  xaiPage,
];
