/** Who is asked next, while one after the other fails. */
import type { ModelId } from '../../shared/chat.ts';
import type { Manner } from './continuation.ts';

export type Turn = {
  readonly id: ModelId;
  /** How it has to be asked to go on. Absent: as its engine likes it best. */
  readonly manner?: Manner;
};

/** @param order the candidates, best first */
export function turns(order: readonly ModelId[]) {
  let left: Turn[] = order.map((id) => ({ id }));
  const repeated = new Set<ModelId>();
  return {
    /** `undefined`: nobody is left. */
    next: (): Turn | undefined => left.shift(),
    /** Nobody comes after the one whose turn it is. */
    isLast: (): boolean => left.length === 0,
    /** It refused to go on from a beginning; it is asked at once in words. */
    otherwise(id: ModelId): void {
      left.unshift({ id, manner: 'instruct' });
    },
    /** Its answer broke off: it may go on itself, once, after all others. */
    onceMore(id: ModelId): void {
      if (repeated.has(id)) return;
      repeated.add(id);
      left.push({ id });
    },
    /** Nobody else may take its place. */
    only(id: ModelId): void {
      left = left.filter((turn) => turn.id === id);
    },
  };
}
