/** The log: sentences about what happened. Never a prompt, never a key; text that looks like one is redacted. */

import type { LogEntry } from '../../shared/diagnostics.ts';
import { visibleText } from '../../shared/hidden-characters.ts';
import { isLogged, type LogLevel } from '../../shared/log-levels.ts';
import type { LogConsole } from './batched-console.ts';
import type { LogFile } from './log-file.ts';
import { redactKeys } from './redact-keys.ts';

export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  /** `cause` is written with its stack. */
  error(message: string, cause?: unknown): void;
}

/** The latest warnings and errors, for a bug report. */
export type RecentLog = { entries(): readonly LogEntry[] };

const maxRecent = 30;
const maxRecentCharacters = 500;

export type LogOptions = {
  /** Gets each line too. Absent: there is no file. */
  readonly file?: Pick<LogFile, 'write'> | undefined;
  /** The level now. Absent: `info`. */
  readonly level?: () => LogLevel;
};

export function logTo(
  console: LogConsole,
  { file, level: levelNow = () => 'info' }: LogOptions = {},
): Log & RecentLog {
  const recent: LogEntry[] = [];
  const remember = (level: LogEntry['level'], text: string): void => {
    const [message = ''] = text.split('\n', 1);
    recent.push({ at: new Date().toISOString(), level, message: message.slice(0, maxRecentCharacters) });
    if (recent.length > maxRecent) recent.shift();
  };
  const write = (level: LogLevel, text: string): void => {
    const isShown = isLogged(level, levelNow());
    const isRecent = level === 'warn' || level === 'error';
    if (!isShown && !isRecent) return;
    const line = safeLine(text);
    if (isRecent) remember(level, line);
    if (!isShown) return;
    file?.write(level, line);
    // The console has no level below this one.
    console[level === 'debug' ? 'info' : level](line);
  };
  return {
    debug: (message) => write('debug', message),
    info: (message) => write('info', message),
    warn: (message) => write('warn', message),
    error: (message, cause) =>
      write('error', cause === undefined ? message : `${message}\n${stackText(cause)}`),
    entries: () => recent,
  };
}

/** Without keys, and without anything that a terminal or an editor would obey. */
const safeLine = (text: string): string => visibleText(redactKeys(text));

const stackText = (cause: unknown): string =>
  cause instanceof Error
    ? `${cause.stack ?? cause.message}${cause.cause ? `\nCaused by ${stackText(cause.cause)}` : ''}`
    : String(cause);
