/** Hard budgets: the highest possible cost of a request is reserved before it is sent, and settled after. US dollars. */
import type { RemainingBudget } from '../../shared/model-stats.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Budget } from '../../shared/status.ts';
import type {
  Consistency,
  LeaseDetails,
  UsageLease,
  UsageLimit,
  UsageStore,
} from '../platform/state/usage-store.ts';
import { minuteOf, type Period } from './calendar.ts';
import type { SpendingFilter, SpendingOwner } from './spending.ts';
import { usageKey, usageKeysOf } from './usage-keys.ts';

export type BudgetSettings = Pick<Settings, Extract<keyof Settings, `budget.${string}`>>;

type PeriodLimit = SpendingFilter & { readonly name: string; readonly period: Period; readonly usd: number };

/**
 * @param usage where spending is counted, in every window
 * @param now milliseconds since 1970
 */
export function createBudgets(usage: UsageStore, now: () => number) {
  let perRequest: number | null = null;
  let limits: readonly PeriodLimit[] = [];
  let warnAt = 1;
  /** By provider and role, the counters of a request in this minute. */
  const countersByOwner = new Map<
    string,
    { readonly minute: number; readonly counters: readonly UsageLimit[] }
  >();

  const countersOf = (owner: SpendingOwner, at: number): readonly UsageLimit[] => {
    const minute = minuteOf(at);
    const name = `${owner.provider} ${owner.role}`;
    const last = countersByOwner.get(name);
    if (last?.minute === minute) return last.counters;
    const counters = usageKeysOf(owner, at).map((counter) => {
      const limit = limits.find((each) => isSameCounter(each, counter));
      return { key: counter.key, endsAtMs: counter.endsAtMs, max: limit?.usd ?? Number.POSITIVE_INFINITY };
    });
    countersByOwner.set(name, { minute, counters });
    return counters;
  };

  const remainingBudget = (owner: SpendingOwner, committedUsd = 0): RemainingBudget => {
    let tightest: RemainingBudget = {
      usd: perRequest === null ? null : Math.max(0, perRequest - committedUsd),
      name: 'rumbo.budget.perRequestUsd',
    };
    for (const limit of limits) {
      if (!appliesTo(limit, owner)) continue;
      const { key, endsAtMs } = usageKey(limit.period, limit, now());
      const usd = Math.max(0, limit.usd - usage.used(key) - usage.reserved(key));
      if (tightest.usd === null || usd < tightest.usd)
        tightest = { usd, name: limit.name, freesAtMs: endsAtMs };
    }
    return tightest;
  };

  return {
    configure(settings: BudgetSettings): void {
      perRequest = settings['budget.perRequestUsd'];
      limits = periodLimits(settings);
      countersByOwner.clear();
      warnAt = settings['budget.warnAtPercent'] / 100;
    },
    /**
     * What a request in this role (`''`: none) to a model of this provider may cost.
     * @param committedUsd what its earlier attempts have cost or may still cost. Absent: there are none
     */
    remainingBudget,
    /** Whether any budget applies to it. */
    isLimited: (owner: SpendingOwner): boolean =>
      perRequest !== null || limits.some((limit) => appliesTo(limit, owner)),
    /** Whether some budgets are for single providers: `remainingBudget` then differs from one to the other. */
    differsByProvider: (): boolean => limits.some(({ provider }) => provider !== undefined),
    /**
     * Reserves `usd`; `undefined` when too little is left, here or in another window. Settle the lease when the cost is
     * known.
     */
    async reserve(
      owner: SpendingOwner,
      usd: number,
      { consistency, atMs = now(), committedUsd = 0, details }: ReservationOptions = {},
    ): Promise<UsageLease | undefined> {
      if (perRequest !== null && usd > 0 && committedUsd + usd > perRequest) return undefined;
      return usage.reserve(countersOf(owner, atMs), usd, consistency, details);
    },
    /** Counts what the request did cost; 0 when nothing was billed. A second call does nothing. Never rejects. */
    settle: (lease: UsageLease, usd: number): Promise<void> => usage.settle(lease, usd),
    list: (): Budget[] =>
      limits.map((limit) => {
        const { key, endsAtMs } = usageKey(limit.period, limit, now());
        const spentUsd = usage.used(key);
        return {
          name: limit.name,
          period: limit.period,
          limitUsd: limit.usd,
          spentUsd,
          reservedUsd: usage.reserved(key),
          warns: spentUsd >= limit.usd * warnAt,
          freesAt: new Date(endsAtMs).toISOString(),
        };
      }),
  };
}

export type ReservationOptions = {
  /** Absent: `shared`. */
  readonly consistency?: Consistency;
  /** When the request began, in milliseconds since 1970: its cost belongs to that day. Absent: now. */
  readonly atMs?: number;
  /** US dollars that other attempts of the same request have cost or may still cost. Absent: 0. */
  readonly committedUsd?: number;
  /** What is recorded of it if this process dies before it is settled. */
  readonly details?: LeaseDetails;
};

export type Budgets = ReturnType<typeof createBudgets>;

const appliesTo = ({ provider, role }: PeriodLimit, owner: SpendingOwner): boolean =>
  (provider ?? owner.provider) === owner.provider && (role ?? owner.role) === owner.role;

const isSameCounter = (
  limit: PeriodLimit,
  { period, provider, role }: SpendingFilter & { readonly period: Period },
): boolean => limit.period === period && limit.provider === provider && limit.role === role;

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
