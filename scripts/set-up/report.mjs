/** The output of the set-up: one line per step that it really performs. */

/** A reason to stop that the user can solve: one sentence with what to do. Printed without a stack. */
export class SetUpError extends Error {}

/** Ctrl-C or SIGTERM during the set-up. */
export class Stopped extends Error {}

/**
 * @param {NodeJS.WritableStream} stream
 * @returns {import('./report.mjs').Report}
 */
export function report(stream) {
  return {
    line(text) {
      stream.write(`${text}\n`);
    },
    async step(text, work) {
      const started = Date.now();
      stream.write(`${text} … `);
      try {
        const result = await work();
        stream.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
        return result;
      } catch (error) {
        stream.write(error instanceof Stopped ? 'stopped\n' : 'failed\n');
        throw error;
      }
    },
  };
}

/**
 * Runs a program's main function: a `SetUpError` ends it with its sentence and code 1, Ctrl-C with code 130.
 * @param {() => Promise<number>} main
 */
export async function run(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof Stopped) {
      process.exitCode = 130;
      return;
    }
    const sentence = error instanceof SetUpError ? error.message : diskFault(error);
    if (!sentence) throw error;
    process.stderr.write(`${sentence}\n`);
    process.exitCode = 1;
  }
}

/** @param {NodeJS.ErrnoException} error */
function diskFault({ code, path }) {
  if (code === 'ENOSPC') return 'The disk is full: free some space, then run this again.';
  if (path && (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')) {
    return `${path} may not be written: make this folder writable (it may belong to another user), then run this again.`;
  }
  return undefined;
}
