/** How fast each model has been: a decayed average of the time to its first token, in milliseconds. */
import type { ModelId } from '../../shared/chat.ts';

/** Weight of the newest measurement; about the last ten answers count. */
const weight = 0.2;

export function latencies() {
  const firstTokenMs = new Map<string, number>();
  return {
    firstTokenMs: firstTokenMs as ReadonlyMap<string, number>,
    note(model: ModelId, ms: number): void {
      const before = firstTokenMs.get(model);
      firstTokenMs.set(model, before === undefined ? ms : before + weight * (ms - before));
    },
  };
}

export type Latencies = ReturnType<typeof latencies>;
