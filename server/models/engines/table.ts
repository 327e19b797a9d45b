/** The engines that Rumbo can make models available in, by kind. Others hold what they were started with. */
import { isLoopback } from '../../platform/loopback.ts';
import { freeBytes, modelsFolder } from '../disk-space.ts';
import type { LocalEngine } from '../lifecycle.ts';
import type { EngineLifecycle } from '../local-engine.ts';
import type { NativeConnection } from '../native-api.ts';
import { dockerLifecycle } from './docker-model-runner.ts';
import { llamaCppLifecycle } from './llama-cpp.ts';
import { lmStudioLifecycle } from './lm-studio.ts';
import { ollamaLifecycle } from './ollama.ts';

const lifecycles: Readonly<Record<string, (engine: NativeConnection) => EngineLifecycle>> = {
  ollama: ollamaLifecycle,
  'docker-model-runner': dockerLifecycle,
  'llama-cpp': (engine) => llamaCppLifecycle(engine),
  'lm-studio': (engine) => lmStudioLifecycle(engine),
};

/**
 * An engine with what surrounds it. `undefined`: one of this kind has no way to fetch or load models.
 * @param env the environment, which may name the folder of its models
 */
export function localEngine(
  engine: NativeConnection,
  env: Readonly<Record<string, string | undefined>>,
): LocalEngine | undefined {
  const { kind } = engine.definition;
  const lifecycle = lifecycles[kind]?.(engine);
  if (!lifecycle) return undefined;
  const folder = isLoopback(new URL(engine.baseUrl).hostname) ? modelsFolder(kind, env) : undefined;
  return { lifecycle, ...(folder === undefined ? {} : { freeBytes: () => freeBytes(folder) }) };
}
