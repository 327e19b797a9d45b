/** `npm run test:unit`: the unit tests, those without side effects in one process. Arguments: the files to run instead. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectFolder } from '../set-up/folders.ts';
import { ownProcessFiles } from './unit-files.ts';

// One more than the cores of a small machine: many files wait for sockets and timers.
const options = ['--test-concurrency=3', '--test-timeout=60000', '--import', './test/support/vscode.ts'];
const files =
  process.argv.length > 2 ? process.argv.slice(2) : ['test/support/shared-process.ts', ...ownProcessFiles];
// Each process strips the types of the sources it loads; with the cache, of the changed ones only.
const env = { NODE_COMPILE_CACHE: join(projectFolder, 'node_modules/.cache/unit-tests'), ...process.env };

const child = spawn(process.execPath, ['--test', ...options, ...files], {
  cwd: projectFolder,
  stdio: 'inherit',
  env,
});
const [code] = await once(child, 'close');
process.exitCode = code ?? 1;
