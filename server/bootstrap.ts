/** What has to happen before the first module of the server is loaded: the version of Node, the heap, the compile cache. */
import { mkdirSync } from 'node:fs';
import { createRequire, enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

const oldestNode = 22;

// An older Node would stop somewhere inside with a stack trace.
if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  process.stderr.write(
    `Rumbo's server needs Node ${oldestNode} or newer; this is Node ${process.versions.node}. Install a newer Node and start it again.\n`,
  );
  process.exit(1);
}

// Little lives from one request to the next. V8 would keep sixteen times as much memory for it, in every window.
setFlagsFromString('--optimize-for-size');
setFlagsFromString('--semi-space-growth-factor=1');
// Maglev's compilations that are freed on another thread leave 20 MB behind in malloc's heap; freed on this one, nothing.
setFlagsFromString('--no-maglev-destroy-on-background');

// Compiling the bundle is a third of the start. The folder is the user's own: a cache in a shared one could be planted.
// https://nodejs.org/docs/latest-v24.x/api/module.html#module-compile-cache
const cacheFolder = createCompileCacheFolder();
if (cacheFolder) enableCompileCache?.(cacheFolder);

createRequire(__filename)('./server-main.cjs');

/** @returns `undefined` where it cannot be created: the server starts without a cache */
function createCompileCacheFolder(): string | undefined {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  const caches =
    process.platform === 'win32' && LOCALAPPDATA
      ? LOCALAPPDATA
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Caches')
        : XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(caches, 'rumbo', 'compiled');
  // Level by level: Node's own recursion does not end on every file system.
  for (const each of [caches, join(caches, 'rumbo'), folder]) {
    try {
      mkdirSync(each);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return undefined;
    }
  }
  return folder;
}
