/** Types of npm.mjs, which has to run before there is a TypeScript. */

export interface NpmOptions {
  cwd: string;
  /** Where npm's own words go when it fails. */
  log: string;
  /** What is being installed, as the first word of a sentence. */
  what: string;
  env?: NodeJS.ProcessEnv;
}

/** Rejects with `SetUpError` when npm fails. */
export function npm(args: readonly string[], options: NpmOptions): Promise<void>;
