/** Where settings come from: the file of `--config`, else the client, asked or telling by itself. */
import {
  type Connection,
  DidChangeConfigurationNotification,
  type InitializeParams,
} from 'vscode-languageserver/node';
import { RumboError } from '../../shared/errors.ts';
import type { InitializationOptions } from '../../shared/protocol.ts';
import { section } from '../../shared/settings.ts';
import { type ConfigFile, readConfigFile, watchFile } from '../platform/config-file.ts';
import { type ReadSettings, readSettings, unreadable } from './read-settings.ts';

/** Called with each new set of settings; the last good one stays when a file cannot be read. */
export type TakeSettings = (read: ReadSettings) => void;

/** Settings of a file, its problems with path and line. Rejects with `invalid-request` when it is not JSON. */
export function settingsOfFile(path: string): ReadSettings {
  const file = readConfigFile(path);
  const { settings, problems } = readSettings(file.value);
  return { settings, problems: problems.map((problem) => ({ ...problem, message: placed(file, problem) })) };
}

const placed = (file: ConfigFile, { path, message }: ReadSettings['problems'][number]): string =>
  `${file.path}:${file.lineOf(path)}: ${message}`;

/** Follows a file. Returns what stops it. */
export function followFile(path: string, take: TakeSettings, fail: (error: RumboError) => void): () => void {
  return watchFile(path, () => {
    try {
      take(settingsOfFile(path));
    } catch (error) {
      if (!(error instanceof RumboError)) throw error;
      fail(error);
    }
  });
}

/**
 * Follows the client. Resolves when the first settings have been taken.
 * Clients without `workspace/configuration` send them in `initializationOptions.settings` and with each change.
 */
export async function followClient(
  connection: Connection,
  params: InitializeParams,
  take: TakeSettings,
): Promise<void> {
  const options = params.initializationOptions as InitializationOptions | undefined;
  const pulls = params.capabilities.workspace?.configuration === true;
  const pull = async () => readSettings((await connection.workspace.getConfiguration(section)) ?? {});

  connection.onDidChangeConfiguration(async ({ settings }) => {
    if (pulls) take(await pull());
    else if (settings) take(readSettings(settings));
  });
  if (!pulls || options?.settings !== undefined) {
    take(readSettings(options?.settings ?? {}));
    return;
  }
  if (params.capabilities.workspace?.didChangeConfiguration?.dynamicRegistration) {
    await connection.client
      .register(DidChangeConfigurationNotification.type, { section })
      .catch(() => connection.console.warn('The client does not tell when settings change.'));
  }
  take(await pull().catch(() => unreadable('The settings could not be read; the most careful values hold.')));
}
