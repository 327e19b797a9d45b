/** The order in which candidates are tried while attempts fail. */
import type { ModelId } from '../../shared/chat.ts';
import type { ContinuationMode } from './continuation.ts';

export type QueuedAttempt = {
  readonly id: ModelId;
  /** How it is asked to continue a text. Absent: as suits its engine. */
  readonly mode?: ContinuationMode;
};

/** @param order the candidates, best first */
export function attemptQueue(order: readonly ModelId[]) {
  let queue: QueuedAttempt[] = order.map((id) => ({ id }));
  const repeated = new Set<ModelId>();
  return {
    /** Takes the next one out. `undefined`: none is left. */
    next: (): QueuedAttempt | undefined => queue.shift(),
    /** Takes the first one out that matches. `undefined`: none does. */
    nextWhere(matches: (id: ModelId) => boolean): QueuedAttempt | undefined {
      const index = queue.findIndex(({ id }) => matches(id));
      return index === -1 ? undefined : queue.splice(index, 1)[0];
    },
    /** Whether any candidate that is left matches. */
    some: (matches: (id: ModelId) => boolean): boolean => queue.some(({ id }) => matches(id)),
    /** No candidate follows the one that was taken out last. */
    isLast: (): boolean => queue.length === 0,
    /** The model's text could not be joined to the answer: it is next again, and is asked in another way. */
    repeatNow(id: ModelId, mode: ContinuationMode): void {
      queue.unshift({ id, mode });
    },
    /** The model's answer broke off: it may continue it itself, once, after all others. */
    repeatOnceAtEnd(id: ModelId): void {
      if (repeated.has(id)) return;
      repeated.add(id);
      queue.push({ id });
    },
    /** No other model may replace this one. */
    keepOnly(id: ModelId): void {
      queue = queue.filter((queued) => queued.id === id);
    },
  };
}

export type AttemptQueue = ReturnType<typeof attemptQueue>;
