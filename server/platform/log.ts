/** The log: sentences about what happened. Never a prompt, never a key; text that looks like one is redacted. */

import { visibleText } from '../../shared/hidden-characters.ts';
import type { LogConsole } from './batched-console.ts';
import { redactKeys } from './redact-keys.ts';

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /** `cause` is written with its stack. */
  error(message: string, cause?: unknown): void;
}

export const logTo = (console: LogConsole): Log => ({
  info: (message) => console.info(safeLine(message)),
  warn: (message) => console.warn(safeLine(message)),
  error: (message, cause) =>
    console.error(safeLine(cause === undefined ? message : `${message}\n${stackText(cause)}`)),
});

/** Without keys, and without anything that a terminal or an editor would obey. */
const safeLine = (text: string): string => visibleText(redactKeys(text));

const stackText = (cause: unknown): string =>
  cause instanceof Error
    ? `${cause.stack ?? cause.message}${cause.cause ? `\nCaused by ${stackText(cause.cause)}` : ''}`
    : String(cause);
