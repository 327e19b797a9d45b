/** Types of npm.mjs, which has to run before there is a TypeScript. */

export interface NpmOptions {
  cwd: string;
  /** The log file for npm's output. */
  log: string;
  /** What is being installed, as the first word of a sentence. */
  what: string;
  env?: NodeJS.ProcessEnv;
}

/** Rejects with `SetUpError` when npm fails. */
export function npm(args: readonly string[], options: NpmOptions): Promise<void>;
