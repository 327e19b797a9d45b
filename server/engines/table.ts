/** Every engine Rumbo knows. Adding one is a file and a line here. */
import { anthropic } from './anthropic.ts';
import { deepseek } from './deepseek.ts';
import { dockerModelRunner } from './docker-model-runner.ts';
import type { EngineDefinition } from './engine.ts';
import { gemini } from './gemini.ts';
import { groq } from './groq.ts';
import { llamaCpp } from './llama-cpp.ts';
import { lmStudio } from './lm-studio.ts';
import { mistral } from './mistral.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { openaiCompatible } from './openai-compatible.ts';
import { vllm } from './vllm.ts';
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
