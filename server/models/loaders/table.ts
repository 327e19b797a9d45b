/** The engines that tell more of their models than OpenAI's list does. */
import { dockerModels } from './docker-model-runner.ts';
import { llamaModels } from './llama-cpp.ts';
import { lmStudioModels } from './lm-studio.ts';
import type { NativeInterface } from './native.ts';
import { ollamaModels } from './ollama.ts';

export const nativeInterfaces: readonly NativeInterface[] = [
  ollamaModels,
  llamaModels,
  dockerModels,
  lmStudioModels,
];
