/** Budget reservations of the requests in flight. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Model } from '../../shared/models.ts';
import type { Budgets } from '../metrics/budget.ts';
import { inlineRole } from '../metrics/inline-usage.ts';

/** `settled` polls this often, in milliseconds, at most this many times. */
const pollIntervalMs = 10;
const maxPolls = 20;

export function reservations(budgets: Pick<Budgets, 'reserve'>) {
  let open = 0;
  return {
    /** Reserves the highest possible cost of a request. Returns the release; `undefined`: it would exceed a budget. */
    reserve(model: Pick<Model, 'provider'>, usd: number): (() => void) | undefined {
      const release = budgets.reserve({ provider: model.provider, role: inlineRole }, usd);
      if (!release) return undefined;
      open += 1;
      return () => {
        open -= 1;
        release();
      };
    },
    /** Resolves once every reservation is released, or after 200 ms. */
    async settled(): Promise<void> {
      for (let polls = 0; open > 0 && polls < maxPolls; polls += 1) await sleep(pollIntervalMs);
    },
  };
}

export type Reservations = ReturnType<typeof reservations>;
