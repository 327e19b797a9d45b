/** Budget reservations of the requests in flight. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RumboError } from '../../shared/errors.ts';
import type { Model } from '../../shared/models.ts';
import { inlineRole } from '../metrics/inline-usage.ts';
import { requestSpending, type SpendingBudgets } from '../metrics/request-spending.ts';
import type { UsageLease } from '../platform/state/usage-store.ts';

/** `settled` polls this often, in milliseconds, at most this many times. */
const pollIntervalMs = 10;
const maxPolls = 20;

/** What is reserved for one request to one model. */
export type InlineReservation = {
  /**
   * Call before each try: one after a try that may be billed is reserved first, and none is sent without a limit of its answer
   * where a budget applies. Rejects with `over-budget`.
   */
  beforeSend(maxOutputTokens: number | undefined): Promise<void>;
  /** A try has failed that may be billed. */
  onBilledFailure(): void;
  /** Tries that have failed and may be billed. */
  billedFailures(): number;
  /** Counts the real cost in US dollars. `null`: it is unknown, and all that is reserved counts. */
  settle(actualUsd: number | null): void;
};

export function reservations(budgets: SpendingBudgets) {
  let open = 0;
  return {
    /** Of one suggestion: all models that are requested for it together stay within the budget of a request. */
    ofSuggestion() {
      const spending = requestSpending(budgets, Date.now(), 'local');
      const take = ({ id, provider }: ReservedModel, usd: number): Promise<UsageLease | undefined> =>
        spending.reserve({ provider, role: inlineRole }, usd, { kind: 'inline', model: id });

      return {
        /**
         * Reserves the highest possible cost of a request, by what this process knows: a keystroke does not wait for the
         * disk. `undefined`: the request would exceed a budget.
         */
        async reserve(model: ReservedModel, usd: number): Promise<InlineReservation | undefined> {
          const lease = await take(model, usd);
          if (!lease) return undefined;
          open += 1;
          const leases = [lease];
          let billedFailures = 0;
          return {
            async beforeSend(maxOutputTokens) {
              if (usd === 0 || !spending.isLimited({ provider: model.provider, role: inlineRole })) return;
              if (maxOutputTokens === undefined) throw overBudgetError(model);
              while (leases.length <= billedFailures) {
                const further = await take(model, usd);
                if (!further) throw overBudgetError(model);
                leases.push(further);
              }
            },
            onBilledFailure() {
              billedFailures += 1;
            },
            billedFailures: () => billedFailures,
            settle(actualUsd) {
              const spentUsd = actualUsd ?? usd * leases.length;
              open -= 1;
              for (const [index, each] of leases.splice(0).entries())
                spending.settle(each, index === 0 ? spentUsd : 0);
            },
          };
        },
      };
    },
    /** Resolves once every reservation is settled, or after 200 ms. */
    async settled(): Promise<void> {
      for (let polls = 0; open > 0 && polls < maxPolls; polls += 1) await sleep(pollIntervalMs);
    },
  };
}

type ReservedModel = Pick<Model, 'id' | 'provider'>;

export type Reservations = ReturnType<typeof reservations>;

const overBudgetError = ({ id }: ReservedModel): RumboError =>
  new RumboError(`A request to ${id} could exceed a budget.`, { kind: 'over-budget', model: id });
