/** Who is asked next, while one after the other fails. */
import type { ModelId } from '../../shared/chat.ts';
import type { ContinuationMode } from './continuation.ts';

export type QueuedAttempt = {
  readonly id: ModelId;
  /** How it has to be asked to go on. Absent: as its engine likes it best. */
  readonly mode?: ContinuationMode;
};

/** @param order the candidates, best first */
export function attemptQueue(order: readonly ModelId[]) {
  let left: QueuedAttempt[] = order.map((id) => ({ id }));
  const repeated = new Set<ModelId>();
  return {
    /** `undefined`: nobody is left. */
    next: (): QueuedAttempt | undefined => left.shift(),
    /** Nobody comes after the one whose turn it is. */
    isLast: (): boolean => left.length === 0,
    /** It refused to go on from a beginning; it is asked at once in words. */
    retryWithInstruction(id: ModelId): void {
      left.unshift({ id, mode: 'instruct' });
    },
    /** Its answer broke off: it may go on itself, once, after all others. */
    repeatOnceAtEnd(id: ModelId): void {
      if (repeated.has(id)) return;
      repeated.add(id);
      left.push({ id });
    },
    /** Nobody else may take its place. */
    keepOnly(id: ModelId): void {
      left = left.filter((turn) => turn.id === id);
    },
  };
}
