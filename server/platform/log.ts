/** The log: sentences about what happened. Never a prompt, never a key; text that looks like one is redacted. */
import type { LogConsole } from './batched-console.ts';
import { keyBeginning } from './key-patterns.ts';

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /** `cause` is written with its stack. */
  error(message: string, cause?: unknown): void;
}

export const logTo = (console: LogConsole): Log => ({
  info: (message) => console.info(redact(message)),
  warn: (message) => console.warn(redact(message)),
  error: (message, cause) =>
    console.error(redact(cause === undefined ? message : `${message}\n${stackText(cause)}`)),
});

const stackText = (cause: unknown): string =>
  cause instanceof Error
    ? `${cause.stack ?? cause.message}${cause.cause ? `\nCaused by ${stackText(cause.cause)}` : ''}`
    : String(cause);

/** The shapes of the keys of the services we know, bearer headers, and keys in addresses. */
const keyShapes = new RegExp(
  `\\b${keyBeginning}[\\w-]{8,}|(?<=bearer\\s)\\S+|(?<=[?&](?:key|api_key|token)=)[^&\\s]+`,
  'gi',
);

const redact = (text: string): string => text.replace(keyShapes, '•••');
