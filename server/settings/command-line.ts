/** The command line of the server: `node server.cjs --stdio [--config file.json]`. */
import { RumboError } from '../../shared/errors.ts';
import type { ReadSettings } from './read-settings.ts';

const usage = 'Usage: node server.cjs --stdio [--config file.json]\n';

/** The file of `--config` and its settings; `undefined`: the client has the settings. Exits on invalid arguments. */
export async function parseCommandLine(
  args: readonly string[],
): Promise<{ readonly file: string; readonly read: ReadSettings } | undefined> {
  const file = argument(args, '--config');
  if (!args.includes('--stdio')) stop(usage);
  return file === undefined ? undefined : { file, read: await readOrStop(file) };
}

function argument(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  if (at < 0) return;
  const value = args[at + 1];
  return value === undefined || value.startsWith('--') ? stop(`${name} needs a file.\n${usage}`) : value;
}

/** At the start there are no earlier settings to keep: a file with any fault stops the server. */
async function readOrStop(path: string): Promise<ReadSettings> {
  // Loaded here, since most clients send their settings: the schema takes a fifth of the start.
  const { settingsOfFile } = await import('./settings-source.ts');
  try {
    const read = settingsOfFile(path);
    return read.problems.length > 0
      ? stop(`${read.problems.map(({ message }) => message).join('\n')}\n`)
      : read;
  } catch (error) {
    if (!(error instanceof RumboError)) throw error;
    return stop(`${error.message} ${error.data.action}\n`);
  }
}

function stop(message: string): never {
  process.stderr.write(message);
  process.exit(2);
}
