/** The engines that tell more of their models than OpenAI's list does. */
import { dockerDetails } from './docker-model-runner.ts';
import { llamaCppDetails } from './llama-cpp.ts';
import { lmStudioDetails } from './lm-studio.ts';
import type { EngineDetails } from './native.ts';
import { ollamaDetails } from './ollama.ts';

export const engineDetails: readonly EngineDetails[] = [
  ollamaDetails,
  llamaCppDetails,
  dockerDetails,
  lmStudioDetails,
];
