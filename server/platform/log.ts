/** The log: sentences about what happened. Never a prompt, never a key; text that looks like one is redacted. */

import type { LogEntry } from '../../shared/diagnostics.ts';
import { visibleText } from '../../shared/hidden-characters.ts';
import type { LogConsole } from './batched-console.ts';
import { redactKeys } from './redact-keys.ts';

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /** `cause` is written with its stack. */
  error(message: string, cause?: unknown): void;
}

/** The latest warnings and errors, for a bug report. */
export type RecentLog = { entries(): readonly LogEntry[] };

const maxRecent = 30;
const maxRecentCharacters = 500;

export function logTo(console: LogConsole): Log & RecentLog {
  const recent: LogEntry[] = [];
  const remember = (level: LogEntry['level'], text: string): void => {
    const [message = ''] = text.split('\n', 1);
    recent.push({ at: new Date().toISOString(), level, message: message.slice(0, maxRecentCharacters) });
    if (recent.length > maxRecent) recent.shift();
  };
  return {
    info: (message) => console.info(safeLine(message)),
    warn(message) {
      const line = safeLine(message);
      remember('warn', line);
      console.warn(line);
    },
    error(message, cause) {
      const lines = safeLine(cause === undefined ? message : `${message}\n${stackText(cause)}`);
      remember('error', lines);
      console.error(lines);
    },
    entries: () => recent,
  };
}

/** Without keys, and without anything that a terminal or an editor would obey. */
const safeLine = (text: string): string => visibleText(redactKeys(text));

const stackText = (cause: unknown): string =>
  cause instanceof Error
    ? `${cause.stack ?? cause.message}${cause.cause ? `\nCaused by ${stackText(cause.cause)}` : ''}`
    : String(cause);
