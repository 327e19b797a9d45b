/** The keystrokes that wait for one request. */
import type { CompletionContext, Suggestion } from './completion-context.ts';

/** `pending`: it has to wait on; `undefined`: there is no suggestion for it. */
export type WaiterResult = Suggestion | 'pending' | undefined;

type Waiter = {
  readonly context: CompletionContext;
  readonly signal: AbortSignal;
  readonly resolve: (suggestion: Suggestion | undefined) => void;
  readonly reject: (error: unknown) => void;
  readonly onAbort: () => void;
};

export function requestWaiters() {
  const waiters = new Set<Waiter>();

  const remove = (waiter: Waiter): void => {
    waiters.delete(waiter);
    waiter.signal.removeEventListener('abort', waiter.onAbort);
  };

  return {
    get size() {
      return waiters.size;
    },
    /**
     * Resolves as `settle` decides, or with `undefined` when the signal aborts.
     * @param onAdded called once the keystroke waits, unless the signal is aborted already
     * @param onAborted called after the keystroke has stopped waiting because of its signal
     */
    add(
      context: CompletionContext,
      signal: AbortSignal,
      onAdded: () => void,
      onAborted: () => void,
    ): Promise<Suggestion | undefined> {
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          remove(waiter);
          resolve(undefined);
          onAborted();
        };
        const waiter: Waiter = { context, signal, resolve, reject, onAbort };
        if (signal.aborted) return onAbort();
        waiters.add(waiter);
        signal.addEventListener('abort', onAbort, { once: true });
        onAdded();
      });
    },
    /**
     * Ends the waiting of every keystroke whose result is not `pending`.
     * @param failure rejects those without a suggestion. `undefined`: they resolve with `undefined`
     * @returns whether any of them got no suggestion
     */
    settle(resultFor: (context: CompletionContext) => WaiterResult, failure: unknown): boolean {
      let anyWithout = false;
      for (const waiter of waiters) {
        const result = resultFor(waiter.context);
        if (result === 'pending') continue;
        remove(waiter);
        if (!result && failure !== undefined) waiter.reject(failure);
        else waiter.resolve(result);
        anyWithout ||= !result;
      }
      return anyWithout;
    },
  };
}
