/** How to manage the models of a provider's engine, and the disk space that is left for them. */
import type { EngineDefinition } from '../engines/engine.ts';
import type { EngineLifecycle, NativeApi } from '../engines/local-engine.ts';
import { isLoopback } from '../platform/loopback.ts';
import { freeBytes, modelsFolder } from './disk-space.ts';

export type LocalEngine = {
  readonly lifecycle: EngineLifecycle;
  /** Bytes free for its models. Absent, or `undefined`: they are on a disk that is not visible from here. */
  readonly freeBytes?: () => Promise<number | undefined>;
};

/** The part of a provider's configuration that is needed here. */
export type LocalEngineConfig = {
  readonly definition: Pick<EngineDefinition, 'lifecycle' | 'modelFolders'>;
  readonly baseUrl: string;
  readonly label: string;
};

/**
 * `undefined`: engines of this kind cannot load or pull models.
 * @param env the environment, which may name the folder of its models
 */
export function localEngine(
  { definition, baseUrl, label }: LocalEngineConfig,
  api: NativeApi,
  env: Readonly<Record<string, string | undefined>>,
): LocalEngine | undefined {
  const lifecycle = definition.lifecycle?.(api, label);
  if (!lifecycle) return undefined;
  const folder = isLoopback(new URL(baseUrl).hostname) ? modelsFolder(definition, env) : undefined;
  return { lifecycle, ...(folder === undefined ? {} : { freeBytes: () => freeBytes(folder) }) };
}
