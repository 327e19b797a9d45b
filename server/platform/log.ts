/** The log: sentences about what happened. Never a prompt, never a key; whatever looks like one is blotted out. */
import { keyBeginning } from './key-patterns.ts';

export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /** `cause` is written with its stack: a log is for those who mend. */
  error(message: string, cause?: unknown): void;
}

/** The part of an LSP connection's console that is used. */
type Console = { info(text: string): void; warn(text: string): void; error(text: string): void };

export const logTo = (console: Console): Log => ({
  info: (message) => console.info(blot(message)),
  warn: (message) => console.warn(blot(message)),
  error: (message, cause) =>
    console.error(blot(cause === undefined ? message : `${message}\n${traceOf(cause)}`)),
});

const traceOf = (cause: unknown): string =>
  cause instanceof Error
    ? `${cause.stack ?? cause.message}${cause.cause ? `\nCaused by ${traceOf(cause.cause)}` : ''}`
    : String(cause);

/** The shapes of the keys of the services we know, bearer headers, and keys in addresses. */
const keyShapes = new RegExp(
  `\\b${keyBeginning}[\\w-]{8,}|(?<=bearer\\s)\\S+|(?<=[?&](?:key|api_key|token)=)[^&\\s]+`,
  'gi',
);

const blot = (text: string): string => text.replace(keyShapes, '•••');
