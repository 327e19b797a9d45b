/** The source of settings: the file of `--config`, else the client, by request or by notification. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Connection,
  DidChangeConfigurationNotification,
  type InitializeParams,
} from 'vscode-languageserver/node';
import { RumboError } from '../../shared/errors.ts';
import type { InitializationOptions } from '../../shared/protocol.ts';
import { settingsSection } from '../../shared/settings.ts';
import { type ConfigFile, readConfigFile, watchFile } from '../platform/config-file.ts';
import type { Log } from '../platform/log.ts';
import { withTimeout } from '../platform/with-timeout.ts';
import type { CurrentSettings } from './current-settings.ts';
import { isRecord, mergeSettings } from './raw-settings.ts';
import { type ReadSettings, readSettings, unreadableSettings } from './read-settings.ts';

/** Called with each new set of settings; the last valid one stays when a file cannot be read. */
export type ApplySettings = (read: ReadSettings) => void;

/** Settings of a file, its problems with path and line. Rejects with `invalid-request` when it is not JSON. */
export function settingsOfFile(path: string): ReadSettings {
  const file = readConfigFile(path);
  const { settings, problems } = readSettings(file.value);
  return {
    settings,
    problems: problems.map((problem) => ({ ...problem, message: withLocation(file, problem) })),
  };
}

const withLocation = (file: ConfigFile, { path, message }: ReadSettings['problems'][number]): string =>
  `${file.path}:${file.lineOf(path)}: ${message}`;

/** Watches a file. Returns a function that stops it. */
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
  /** Resolves when the first settings have been applied. */
  readonly first: Promise<void>;
  /** Resolves when the changes that the client has announced so far are applied, or after a timeout. `undefined`: none is announced. */
  pendingChanges(): Promise<unknown> | undefined;
};

/** Milliseconds that a client may take to send announced settings; then the previous ones apply. */
const maxPendingMs = 2_000;

/** Changes that follow each other and apply at once, since one may turn something off; further ones wait together. */
const maxAtOnce = 4;
/** Milliseconds in which further changes are applied together. */
const coalesceMs = 500;
/** Milliseconds without a change, after which the next ones apply at once again. */
const quietMs = 2 * coalesceMs;

type FollowClientDeps = {
  readonly connection: Connection;
  readonly params: InitializeParams;
  readonly take: ApplySettings;
  /** Called with a sentence when the client sent what is no settings at all. */
  readonly reject: (reason: string) => void;
};

/**
 * Subscribes to the client's settings.
 * Clients without `workspace/configuration` send them in `initializationOptions.settings` and with each change.
 */
export function followClient({ connection, params, take, reject }: FollowClientDeps): SettingsSubscription {
  const options = params.initializationOptions as InitializationOptions | undefined;
  const pulls = params.capabilities.workspace?.configuration === true;
  const pull = (): Promise<unknown> => connection.workspace.getConfiguration(settingsSection);
  let isFirst = true;
  /** A client's answer is the whole section; without one, or with one that is no section, nothing changes. */
  const takePulled = (section: unknown): void => {
    if (isRecord(section)) take(readSettings(section));
    else if (isFirst) take(readSettings(section ?? {}));
    else if (section !== null && section !== undefined)
      reject('The client sent settings that are not an object.');
    isFirst = false;
  };

  let announced = 0;
  /** The requests of the changes announced by now. Absent: none. */
  let pending: Promise<unknown> | undefined;
  /** Requests the settings until none has changed since the last request, so that many changes are few requests. */
  const pullChanges = async (): Promise<void> => {
    let pullCount = 0;
    for (let handled = -1; handled !== announced; pullCount += 1) {
      if (pullCount >= maxAtOnce) await sleep(coalesceMs);
      handled = announced;
      await pull().then(takePulled, () =>
        connection.console.warn('The changed settings could not be read; the previous ones apply.'),
      );
    }
    pending = undefined;
  };
  const pushed = pushedSettings(isRecord(options?.settings) ? options.settings : {}, take);
  connection.onDidChangeConfiguration(({ settings }) => {
    if (pulls) {
      announced += 1;
      pending ??= pullChanges();
    } else if (isRecord(settings) && isRecord(settings[settingsSection] ?? {})) pushed.add(settings);
    else if (settings !== null && settings !== undefined)
      reject('The client sent settings that are not an object.');
  });

  const first = async (): Promise<void> => {
    if (!pulls || options?.settings !== undefined) {
      take(readSettings(options?.settings ?? {}));
      return;
    }
    if (params.capabilities.workspace?.didChangeConfiguration?.dynamicRegistration) {
      await connection.client
        .register(DidChangeConfigurationNotification.type, { section: settingsSection })
        .catch(() => connection.console.warn('The client does not report changed settings.'));
    }
    const read = await pull().then(
      (section) => () => takePulled(section),
      () => () => take(unreadableSettings('The settings could not be read.')),
    );
    // A change announced meanwhile is newer.
    if (announced === 0) read();
    else await pending;
  };
  return {
    first: first(),
    pendingChanges() {
      pushed.apply();
      return pending && withTimeout(pending, maxPendingMs);
    },
  };
}

/**
 * The settings that a client sends unasked. A message need not hold all: what it does not name stays. Of many messages the
 * first ones apply at once and the others together, at the latest with the next request.
 */
function pushedSettings(initial: Readonly<Record<string, unknown>>, take: ApplySettings) {
  let settings = mergeSettings({}, initial);
  let hasNews = false;
  let timer: NodeJS.Timeout | undefined;
  /** Changes applied since there was none for `quietMs`. */
  let atOnce = 0;
  let appliedAt = 0;
  const apply = (): void => {
    if (!hasNews) return;
    hasNews = false;
    const now = performance.now();
    atOnce = now - appliedAt > quietMs ? 1 : atOnce + 1;
    appliedAt = now;
    take(readSettings(settings));
  };
  return {
    add(message: Readonly<Record<string, unknown>>): void {
      const merged = mergeSettings(settings, message);
      if (Object.keys(merged).length === 0) return;
      settings = merged;
      hasNews = true;
      if (timer) return;
      if (atOnce < maxAtOnce || performance.now() - appliedAt > quietMs) {
        apply();
        return;
      }
      timer = setTimeout(() => {
        timer = undefined;
        apply();
      }, coalesceMs);
      timer.unref();
    },
    apply,
  };
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
 * Follows the file, else the client. Returns what waits until the first settings are applied, and all that the client
 * has announced by now. `undefined`: nothing is awaited.
 */
export function followSettings(deps: FollowSettingsDeps): () => Promise<unknown> | undefined {
  const { config, connection, params, current, applySettings, log, onChange } = deps;
  const reject = (reason: string): void => {
    const problem = `${reason} The settings from before still hold.`;
    current.setRejection(problem);
    log.warn(problem);
    onChange();
  };
  if (config) {
    applySettings(config.read);
    followFile(config.file, applySettings, ({ message }) => reject(message));
    return () => undefined;
  }
  const first = Promise.withResolvers<void>();
  let subscription: SettingsSubscription | undefined;
  let isApplied = false;
  void first.promise.then(() => {
    isApplied = true;
  });
  connection.onInitialized(() => {
    subscription = followClient({ connection, params, take: applySettings, reject });
    subscription.first.then(first.resolve, (error: unknown) => {
      log.error('The settings could not be read.', error);
      applySettings(unreadableSettings('The settings could not be read.'));
      first.resolve();
    });
  });
  return () =>
    isApplied ? subscription?.pendingChanges() : first.promise.then(() => subscription?.pendingChanges());
}
