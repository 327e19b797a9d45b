/** The order in which candidates are tried while attempts fail. */
import type { ModelId } from '../../shared/chat.ts';
import type { ContinuationMode } from './continuation.ts';

export type QueuedAttempt = {
  readonly id: ModelId;
  /** How the model is made to continue. Absent: by prefill where its engine supports that, else by instruction. */
  readonly mode?: ContinuationMode;
};

/** @param order the candidates, best first */
export function attemptQueue(order: readonly ModelId[]) {
  let queue: QueuedAttempt[] = order.map((id) => ({ id }));
  const repeated = new Set<ModelId>();
  return {
    /** Takes the next one out. `undefined`: none is left. */
    next: (): QueuedAttempt | undefined => queue.shift(),
    /** No candidate follows the one that was taken out last. */
    isLast: (): boolean => queue.length === 0,
    /** The service rejected the prefill: the model is next again, and is instructed to continue. */
    retryWithInstruction(id: ModelId): void {
      queue.unshift({ id, mode: 'instruct' });
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
