/** Budget reservations of the requests in flight. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Model } from '../../shared/models.ts';
import type { Budgets } from '../metrics/budget.ts';
import { inlineRole } from '../metrics/inline-usage.ts';

/** `settled` polls this often, in milliseconds, at most this many times. */
const pollIntervalMs = 10;
const maxPolls = 20;

export function reservations(budgets: Pick<Budgets, 'reserve' | 'settle'>) {
  let open = 0;
  return {
    /**
     * Reserves the highest possible cost of a request, by what this process knows: a keystroke does not wait for the
     * disk. Returns the settlement, to be called with the real cost; `undefined`: the request would exceed a budget.
     */
    async reserve(
      model: Pick<Model, 'id' | 'provider'>,
      usd: number,
    ): Promise<((actualUsd: number) => void) | undefined> {
      const lease = await budgets.reserve({ provider: model.provider, role: inlineRole }, usd, {
        consistency: 'local',
        details: { kind: 'inline', model: model.id },
      });
      if (!lease) return undefined;
      open += 1;
      return (actualUsd) => {
        open -= 1;
        void budgets.settle(lease, actualUsd);
      };
    },
    /** Resolves once every reservation is settled, or after 200 ms. */
    async settled(): Promise<void> {
      for (let polls = 0; open > 0 && polls < maxPolls; polls += 1) await sleep(pollIntervalMs);
    },
  };
}

export type Reservations = ReturnType<typeof reservations>;
