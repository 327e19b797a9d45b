/** Every engine Rumbo knows. Adding one is a file, or a folder for a local one, and a line here. */
import { anthropic } from './anthropic.ts';
import { deepseek } from './deepseek.ts';
import { dockerModelRunner } from './docker-model-runner/definition.ts';
import type { EngineDefinition } from './engine.ts';
import { gemini } from './gemini.ts';
import { groq } from './groq.ts';
import { llamaCpp } from './llama-cpp/definition.ts';
import { lmStudio } from './lm-studio/definition.ts';
import { mistral } from './mistral.ts';
import { ollama } from './ollama/definition.ts';
import { openai } from './openai.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { vllm } from './vllm/definition.ts';
import { xai } from './xai.ts';

export const engines: readonly EngineDefinition[] = [
  gemini,
  openai,
  anthropic,
  groq,
  xai,
  mistral,
  deepseek,
  ollama,
  llamaCpp,
  dockerModelRunner,
  lmStudio,
  vllm,
  openaiCompatible,
];
