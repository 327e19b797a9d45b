/** The engines that Rumbo can make models available in, by kind. Others hold what they were started with. */
import { isLoopback } from '../../platform/http.ts';
import { freeBytes, modelsFolder } from '../disk-space.ts';
import type { LocalPlace } from '../lifecycle.ts';
import type { LocalModelHost } from '../local-engine.ts';
import type { LocalEngine } from '../native-api.ts';
import { dockerModels } from './docker-model-runner.ts';
import { llamaCppModels } from './llama-cpp.ts';
import { lmStudioModels } from './lm-studio.ts';
import { ollamaModels } from './ollama.ts';

const kinds: Readonly<Record<string, (engine: LocalEngine) => LocalModelHost>> = {
  ollama: ollamaModels,
  'docker-model-runner': dockerModels,
  'llama-cpp': (engine) => llamaCppModels(engine),
  'lm-studio': (engine) => lmStudioModels(engine),
};

/**
 * An engine with what surrounds it. `undefined`: one of this kind has no way to fetch or load models.
 * @param env the environment, which may name the folder of its models
 */
export function localPlace(
  engine: LocalEngine,
  env: Readonly<Record<string, string | undefined>>,
): LocalPlace | undefined {
  const { kind } = engine.definition;
  const models = kinds[kind]?.(engine);
  if (!models) return undefined;
  const folder = isLoopback(new URL(engine.baseUrl).hostname) ? modelsFolder(kind, env) : undefined;
  return { models, ...(folder === undefined ? {} : { freeBytes: () => freeBytes(folder) }) };
}
