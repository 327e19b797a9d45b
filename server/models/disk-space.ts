/** The disk that an engine on this machine keeps its models on, and how much room it has. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** Where engines keep their models, by kind, likeliest first. */
const modelFolders: Readonly<Record<string, (env: Env, home: string) => readonly (string | undefined)[]>> = {
  // A service of Linux's own user keeps them in that user's home.
  ollama: (env, home) => [
    env['OLLAMA_MODELS'],
    join(home, '.ollama', 'models'),
    '/usr/share/ollama/.ollama/models',
    '/var/lib/ollama/.ollama/models',
  ],
  'llama-cpp': (env, home) => [
    env['LLAMA_CACHE'],
    env['HF_HUB_CACHE'],
    env['HF_HOME'] && join(env['HF_HOME'], 'hub'),
    join(home, '.cache', 'huggingface', 'hub'),
    join(home, '.cache', 'llama.cpp'),
    join(home, 'Library', 'Caches', 'llama.cpp'),
    env['LOCALAPPDATA'] && join(env['LOCALAPPDATA'], 'llama.cpp'),
  ],
  'lm-studio': (_, home) => [join(home, '.lmstudio', 'models'), join(home, '.cache', 'lm-studio', 'models')],
  // Inside Docker's own disk it cannot be seen from here; Docker Desktop keeps them in the user's home.
  'docker-model-runner': (env, home) => [env['MODELS_PATH'], join(home, '.docker', 'models')],
};

/** The folder in which an engine of this kind on this machine keeps its models. `undefined`: not known. */
export function modelsFolder(kind: string, env: Env, home = homedir()): string | undefined {
  return modelFolders[kind]?.(env, home).find((folder) => folder !== undefined && existsSync(folder));
}

/** Bytes that a user may still write below a folder; `undefined` when nobody can tell. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
