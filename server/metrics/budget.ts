/** Hard budgets: what a request may cost at worst is set aside before it is sent, and settled after. US dollars. */
import type { RemainingBudget } from '../../shared/model-stats.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Budget } from '../../shared/status.ts';
import { type Period, periodEnd } from './calendar.ts';
import type { Ledger } from './ledger.ts';
import type { SpendingFilter, SpendingOwner } from './spending.ts';

export type BudgetSettings = Pick<Settings, Extract<keyof Settings, `budget.${string}`>>;

type PeriodLimit = SpendingFilter & { readonly name: string; readonly period: Period; readonly usd: number };

/** @param now milliseconds since 1970 */
export function budgets(ledger: Pick<Ledger, 'spending' | 'reservedUsd' | 'reserve'>, now: () => number) {
  let perRequest: number | null = null;
  let limits: readonly PeriodLimit[] = [];
  let warnAt = 1;

  const left = ({ period, usd, provider, role }: PeriodLimit): number =>
    Math.max(
      0,
      usd - ledger.spending(period, { provider, role }).costUsd - ledger.reservedUsd({ provider, role }),
    );

  const remainingBudget = (share: SpendingOwner): RemainingBudget => {
    let least: RemainingBudget = { usd: perRequest, name: 'rumbo.budget.perRequestUsd' };
    for (const limit of limits) {
      if (!holdsFor(limit, share)) continue;
      const usd = left(limit);
      if (least.usd === null || usd < least.usd)
        least = { usd, name: limit.name, freesAtMs: periodEnd(limit.period, now()) };
    }
    return least;
  };

  return {
    configure(settings: BudgetSettings): void {
      perRequest = settings['budget.perRequestUsd'];
      limits = periodLimits(settings);
      warnAt = settings['budget.warnAtPercent'] / 100;
    },
    /** For a request in this role (`''`: none) to a model of this provider. */
    remainingBudget,
    /** Whether some budgets are for single providers: `room` then differs from one to the other. */
    differsByProvider: (): boolean => limits.some(({ provider }) => provider !== undefined),
    /**
     * Sets `usd` aside. Returns what gives it back, once, when the ledger has the real cost; `undefined` when somebody
     * else, here or in another window, was quicker and too little is left.
     */
    reserve(share: SpendingOwner, usd: number): (() => void) | undefined {
      const allowed = () => {
        const { usd: most } = remainingBudget(share);
        return most === null || usd <= most;
      };
      return ledger.reserve({ ...share, usd }, allowed, usd > 0 && limits.length > 0);
    },
    list: (): Budget[] =>
      limits.map(({ name, period, usd, provider, role }) => {
        const spentUsd = ledger.spending(period, { provider, role }).costUsd;
        return {
          name,
          period,
          limitUsd: usd,
          spentUsd,
          reservedUsd: ledger.reservedUsd({ provider, role }),
          warns: spentUsd >= usd * warnAt,
          freesAt: new Date(periodEnd(period, now())).toISOString(),
        };
      }),
  };
}

export type Budgets = ReturnType<typeof budgets>;

const holdsFor = ({ provider, role }: PeriodLimit, share: SpendingOwner): boolean =>
  (provider ?? share.provider) === share.provider && (role ?? share.role) === share.role;

function periodLimits(settings: BudgetSettings): PeriodLimit[] {
  const fields = { perDayUsd: 'day', perMonthUsd: 'month' } as const;
  const all = [
    {
      name: 'rumbo.budget',
      share: {},
      of: { perDayUsd: settings['budget.perDayUsd'], perMonthUsd: settings['budget.perMonthUsd'] },
    },
    ...Object.entries(settings['budget.perProvider']).map(([provider, of]) => ({
      name: `rumbo.budget.perProvider.${provider}`,
      share: { provider },
      of,
    })),
    ...Object.entries(settings['budget.perRole']).map(([role, of]) => ({
      name: `rumbo.budget.perRole.${role}`,
      share: { role },
      of,
    })),
  ];
  return all.flatMap(({ name, share, of }) =>
    (['perDayUsd', 'perMonthUsd'] as const).flatMap((field) => {
      const usd = of[field];
      return usd === null || usd === undefined
        ? []
        : [{ ...share, name: `${name}.${field}`, period: fields[field], usd }];
    }),
  );
}
