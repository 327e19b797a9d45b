/** A text as it passes, and how it ended: whoever reads it may leave, or never begin. */
import type { ErrorKind } from '../../shared/error-kinds.ts';
import { toRumboError } from '../../shared/errors.ts';

export type StreamObserver = {
  onText(piece: string): void;
  /** Called once. `left`: its reader had enough. */
  onEnd(how: 'ok' | 'left' | ErrorKind): void;
};

/** @param text ends by itself when the signal aborts */
export function observedStream(
  text: AsyncIterable<string>,
  signal: AbortSignal,
  { onText, onEnd }: StreamObserver,
): AsyncIterable<string> {
  const pieces = text[Symbol.asyncIterator]();
  let isOver = false;
  const end = (how: Parameters<StreamObserver['onEnd']>[0]): void => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener('abort', abort);
    onEnd(how);
  };
  // A reader that was told to stop may not look again.
  const abort = (): void => end('cancelled');
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();

  const passing: AsyncIterableIterator<string> = {
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
      end('left');
      await pieces.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => passing,
  };
  return passing;
}
