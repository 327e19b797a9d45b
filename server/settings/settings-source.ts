/** Where settings come from: the file of `--config`, else the client, asked or telling by itself. */
import {
  type Connection,
  DidChangeConfigurationNotification,
  type InitializeParams,
} from 'vscode-languageserver/node';
import { RumboError } from '../../shared/errors.ts';
import type { InitializationOptions } from '../../shared/protocol.ts';
import { defaultSettings, settingsSection } from '../../shared/settings.ts';
import { type ConfigFile, readConfigFile, watchFile } from '../platform/config-file.ts';
import type { Log } from '../platform/log.ts';
import { withTimeout } from '../platform/with-timeout.ts';
import type { CurrentSettings } from './current-settings.ts';
import { type ReadSettings, readSettings, unreadableSettings } from './read-settings.ts';

/** Called with each new set of settings; the last good one stays when a file cannot be read. */
export type ApplySettings = (read: ReadSettings) => void;

/** Settings of a file, its problems with path and line. Rejects with `invalid-request` when it is not JSON. */
export function settingsOfFile(path: string): ReadSettings {
  const file = readConfigFile(path);
  const { settings, problems } = readSettings(file.value);
  return { settings, problems: problems.map((problem) => ({ ...problem, message: placed(file, problem) })) };
}

const placed = (file: ConfigFile, { path, message }: ReadSettings['problems'][number]): string =>
  `${file.path}:${file.lineOf(path)}: ${message}`;

/** Follows a file. Returns what stops it. */
export function followFile(path: string, take: ApplySettings, fail: (error: RumboError) => void): () => void {
  return watchFile(path, () => {
    try {
      take(settingsOfFile(path));
    } catch (error) {
      if (!(error instanceof RumboError)) throw error;
      fail(error);
    }
  });
}

export type SettingsSubscription = {
  /** Resolves when the first settings have been taken. */
  readonly first: Promise<void>;
  /** Resolves when what the client has announced by now has been taken, or it owes it for too long. */
  pendingChanges(): Promise<unknown>;
};

/** Milliseconds that a client may take to tell settings it has announced, before the ones it told last hold. */
const owedMs = 2_000;

/**
 * Follows the client.
 * Clients without `workspace/configuration` send them in `initializationOptions.settings` and with each change.
 */
export function followClient(
  connection: Connection,
  params: InitializeParams,
  take: ApplySettings,
): SettingsSubscription {
  const options = params.initializationOptions as InitializationOptions | undefined;
  const pulls = params.capabilities.workspace?.configuration === true;
  const pull = async () => readSettings((await connection.workspace.getConfiguration(settingsSection)) ?? {});

  let announced = 0;
  /** What is on its way. Absent: nothing. */
  let owed: Promise<unknown> | undefined;
  connection.onDidChangeConfiguration(({ settings }) => {
    if (!pulls) {
      if (settings) take(readSettings(settings));
      return;
    }
    announced += 1;
    const mine = announced;
    // Of several that are on their way only what was asked for last is sure to be new.
    owed = pull()
      .then(
        (read) => mine === announced && take(read),
        () => connection.console.warn('The changed settings could not be read; those from before hold.'),
      )
      .finally(() => {
        if (mine === announced) owed = undefined;
      });
  });

  const first = async (): Promise<void> => {
    if (!pulls || options?.settings !== undefined) {
      take(readSettings(options?.settings ?? {}));
      return;
    }
    if (params.capabilities.workspace?.didChangeConfiguration?.dynamicRegistration) {
      await connection.client
        .register(DidChangeConfigurationNotification.type, { section: settingsSection })
        .catch(() => connection.console.warn('The client does not tell when settings change.'));
    }
    const read = await pull().catch(() =>
      unreadableSettings('The settings could not be read; the most careful values hold.'),
    );
    // A change that was announced meanwhile is newer.
    if (announced === 0) take(read);
    else await owed;
  };
  return { first: first(), pendingChanges: async () => owed && (await withTimeout(owed, owedMs)) };
}

export type FollowSettingsDeps = {
  /** The file of `--config`, with what it says. Absent: the client has the settings. */
  readonly config: { readonly file: string; readonly read: ReadSettings } | undefined;
  readonly connection: Connection;
  readonly params: InitializeParams;
  readonly current: CurrentSettings;
  readonly applySettings: ApplySettings;
  readonly log: Log;
  /** Called when there is a problem to show. */
  readonly onChange: () => void;
};

/**
 * Follows the file, else the client. Returns what resolves when the first settings are applied, and all that the client
 * has announced by now.
 */
export function followSettings(deps: FollowSettingsDeps): () => Promise<unknown> {
  const { config, connection, params, current, applySettings, log, onChange } = deps;
  if (config) {
    applySettings(config.read);
    followFile(config.file, applySettings, ({ message }) => {
      const problem = `${message} The settings from before still hold.`;
      current.setFileProblem(problem);
      log.warn(problem);
      onChange();
    });
    return () => Promise.resolve();
  }
  const first = Promise.withResolvers<void>();
  let subscription: SettingsSubscription | undefined;
  connection.onInitialized(() => {
    subscription = followClient(connection, params, applySettings);
    subscription.first.then(first.resolve, (error: unknown) => {
      log.error('The settings could not be read; the defaults hold.', error);
      applySettings({ settings: defaultSettings, problems: [] });
      first.resolve();
    });
  });
  return () => first.promise.then(() => subscription?.pendingChanges());
}
