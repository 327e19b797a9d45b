/** Sums of what was spent, by day, month, provider and role. */
import type { Status } from '../../shared/status.ts';
import { type Period, periods } from './calendar.ts';

export type Sum = Status['today'];

/** Whose spending is meant. Absent: everybody's. */
export type Share = { readonly provider?: string | undefined; readonly role?: string | undefined };

/** Who spends: one provider, in one role (`''`: none). */
export type Owned = { readonly provider: string; readonly role: string };

/** One line of a sum. */
export type Spent = Owned & Sum;

const nothing: Sum = { costUsd: 0, requests: 0, unknownPrice: 0 };

const plus = (a: Sum, b: Sum): Sum => ({
  costUsd: a.costUsd + b.costUsd,
  requests: a.requests + b.requests,
  unknownPrice: a.unknownPrice + b.unknownPrice,
});

export function spending() {
  /** By provider and role, a line break between them: no name holds one. */
  const sums: Record<Period, Map<string, Sum>> = { day: new Map(), month: new Map() };
  const keyOf = ({ provider = '', role = '' }: Share) => `${provider}\n${role}`;
  return {
    add({ provider, role, ...more }: Spent): void {
      const key = keyOf({ provider, role });
      for (const period of periods) sums[period].set(key, plus(sums[period].get(key) ?? nothing, more));
    },
    /** A new day or month: nothing is spent yet. */
    begin: (period: Period): void => sums[period].clear(),
    /** What the disk says. Rows that could not be written are known here only, those of other windows there only. */
    merge(period: Period, lines: readonly Spent[]): void {
      for (const line of lines) {
        const known = sums[period].get(keyOf(line)) ?? nothing;
        sums[period].set(keyOf(line), {
          costUsd: Math.max(line.costUsd, known.costUsd),
          requests: Math.max(line.requests, known.requests),
          unknownPrice: Math.max(line.unknownPrice, known.unknownPrice),
        });
      }
    },
    of(period: Period, { provider, role }: Share = {}): Sum {
      let sum = nothing;
      for (const [key, each] of sums[period]) {
        const [itsProvider, itsRole] = key.split('\n');
        if ((provider ?? itsProvider) === itsProvider && (role ?? itsRole) === itsRole) sum = plus(sum, each);
      }
      return sum;
    },
  };
}
