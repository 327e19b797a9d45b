/** Every engine Rumbo knows. Adding one is a file and a line here. */
import { anthropic } from './anthropic.ts';
import type { EngineDefinition } from './engine.ts';
import { gemini } from './gemini.ts';
import { llamaCpp } from './llama-cpp.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { openaiCompatible } from './openai-compatible.ts';

export const engines: readonly EngineDefinition[] = [
  gemini,
  openai,
  anthropic,
  ollama,
  llamaCpp,
  openaiCompatible,
];
