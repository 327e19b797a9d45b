/** Which unit tests share one process. Starting Node and loading the sources again costs more than most of these files. */
import { globSync } from 'node:fs';
import { projectFolder } from '../set-up/folders.ts';

const all = ['test/{client,scripts,server,shared}/**/*.test.ts', 'test/*.test.ts'];

/**
 * Folders of pure tests: no servers, no child processes, no stand-in of the editor.
 * They run one after the other; a file with long real waits belongs in `separate`, where two run at a time.
 */
const pure = [
  'test/client/format/*.test.ts',
  'test/shared/**/*.test.ts',
  'test/server/{accounting,cache,inline-completion,metrics,models,orchestration}/**/*.test.ts',
  'test/server/{profiles,registry,resilience,routing,secrets,settings,wire}/**/*.test.ts',
];
const separate = [
  'test/server/inline-completion/prompting/**/*.test.ts',
  // A fake clock before each test would be one for every other file.
  'test/server/registry/daily.test.ts',
  'test/server/models/{lifecycle,model-lists}.test.ts',
];

const list = (patterns: readonly string[], exclude: readonly string[] = []) =>
  globSync([...patterns], { cwd: projectFolder, exclude: [...exclude] }).sort();

/** Paths from the project folder. */
export const sharedProcessFiles = list(pure, separate);
export const ownProcessFiles = list(all).filter((file) => !sharedProcessFiles.includes(file));
