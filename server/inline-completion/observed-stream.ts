/** Observes a text stream while a reader consumes it, and how it ended, also if the reader stops early or never begins. */
import type { ErrorKind } from '../../shared/error-policies.ts';
import { toRumboError } from '../../shared/errors.ts';

/** `stopped`: the reader had enough text. */
export type StreamEnd = 'ok' | 'stopped' | ErrorKind;

export type StreamObserver = {
  onText(piece: string): void;
  /** Called once. */
  onEnd(end: StreamEnd): void;
};

/** @param text ends by itself when the signal aborts */
export function observedStream(
  text: AsyncIterable<string>,
  signal: AbortSignal,
  { onText, onEnd }: StreamObserver,
): AsyncIterable<string> {
  const pieces = text[Symbol.asyncIterator]();
  let hasEnded = false;
  const end = (how: StreamEnd): void => {
    if (hasEnded) return;
    hasEnded = true;
    signal.removeEventListener('abort', abort);
    onEnd(how);
  };
  // An aborted reader may not call `next` again.
  const abort = (): void => end('cancelled');
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();

  const observed: AsyncIterableIterator<string> = {
    async next() {
      try {
        const next = await pieces.next();
        if (next.done) end('ok');
        else onText(next.value);
        return next;
      } catch (cause) {
        const error = toRumboError(cause, signal);
        end(error.kind);
        throw error;
      }
    },
    async return() {
      end('stopped');
      await pieces.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => observed,
  };
  return observed;
}
