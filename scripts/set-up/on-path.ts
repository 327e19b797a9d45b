/** Finds a program on the PATH, like a shell. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export function onPath(program: string, env: NodeJS.ProcessEnv): string | undefined {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  return (env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => endings.map((ending) => join(folder, program + ending)))
    .find((file) => existsSync(file));
}
