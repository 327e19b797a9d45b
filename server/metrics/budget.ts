/** Hard budgets: what a request may cost at worst is set aside before it is sent, and settled after. US dollars. */
import type { Settings } from '../../shared/settings.ts';
import type { Budget } from '../../shared/status.ts';

export type Limits = Pick<Settings, 'budget.perRequestUsd' | 'budget.perDayUsd'>;

/** @param spentToday what the ledger says */
export function budgets(spentToday: () => number) {
  let limits: Limits = { 'budget.perRequestUsd': null, 'budget.perDayUsd': null };
  let reserved = 0;
  const left = () => {
    const day = limits['budget.perDayUsd'];
    return day === null ? null : Math.max(0, day - spentToday() - reserved);
  };
  return {
    configure(next: Limits): void {
      limits = next;
    },
    /** What one more request may cost at worst, and which budget says so. `null`: no limit. */
    room(): { readonly usd: number | null; readonly name: string } {
      const perRequest = limits['budget.perRequestUsd'];
      const today = left();
      if (today !== null && (perRequest === null || today < perRequest))
        return { usd: today, name: 'rumbo.budget.perDayUsd' };
      return { usd: perRequest, name: 'rumbo.budget.perRequestUsd' };
    },
    /** Sets `usd` aside. Returns what gives it back, once; the ledger has the real cost by then. */
    reserve(usd: number): () => void {
      reserved += usd;
      let open = true;
      return () => {
        if (open) reserved -= usd;
        open = false;
      };
    },
    list(): Budget[] {
      const day = limits['budget.perDayUsd'];
      return day === null
        ? []
        : [{ name: 'rumbo.budget.perDayUsd', limitUsd: day, spentUsd: spentToday(), reservedUsd: reserved }];
    },
  };
}

export type Budgets = ReturnType<typeof budgets>;
