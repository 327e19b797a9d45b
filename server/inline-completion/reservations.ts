/** Budget reservations of the requests in flight. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RumboError } from '../../shared/errors.ts';
import type { Model } from '../../shared/models.ts';
import type { Budgets } from '../metrics/budget.ts';
import { inlineRole } from '../metrics/inline-usage.ts';
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

export function reservations(budgets: Pick<Budgets, 'reserve' | 'settle' | 'isLimited'>) {
  let open = 0;
  return {
    /** Of one suggestion: all models that are requested for it together stay within the budget of a request. */
    ofSuggestion() {
      const atMs = Date.now();
      let committedUsd = 0;

      const take = async (model: ReservedModel, usd: number): Promise<UsageLease | undefined> => {
        const before = committedUsd;
        committedUsd += usd;
        const owner = { provider: model.provider, role: inlineRole };
        const details = { kind: 'inline', model: model.id };
        const lease = await budgets.reserve(owner, usd, {
          consistency: 'local',
          atMs,
          committedUsd: before,
          details,
        });
        if (!lease) committedUsd -= usd;
        return lease;
      };

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
              if (usd === 0 || !budgets.isLimited({ provider: model.provider, role: inlineRole })) return;
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
              const reservedUsd = usd * leases.length;
              const spentUsd = actualUsd ?? reservedUsd;
              committedUsd += spentUsd - reservedUsd;
              open -= 1;
              for (const [index, each] of leases.splice(0).entries())
                void budgets.settle(each, index === 0 ? spentUsd : 0);
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
