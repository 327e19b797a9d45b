/**
 * The contract of shared usage counters: reserve an amount before it is used, settle it after. Budgets are built on it.
 * In memory for one process, by journals for the windows of one user; a team's server can implement the same contract.
 */

/** A counter and its ceiling. */
export type UsageLimit = {
  /** Names the counter, with its period: another period is another counter. */
  readonly key: string;
  /** `Infinity`: usage is only counted. */
  readonly max: number;
  /** Milliseconds since 1970; after it the counter can be forgotten. */
  readonly endsAtMs: number;
};

/** What is known of a reservation, in words of its owner; stored with it. */
export type LeaseDetails = Readonly<Record<string, string | number | null>>;

/** An amount that is reserved on every one of its counters. */
export type UsageLease = {
  readonly id: string;
  readonly limits: readonly UsageLimit[];
  readonly amount: number;
};

/**
 * `shared`: decided in a transaction with all processes. `local`: decided by what this process knows, without waiting for
 * the disk or the network; the lease is published afterwards.
 */
export type Consistency = 'shared' | 'local';

export interface UsageStore {
  /**
   * Reserves the amount on all counters or on none. `undefined`: one of them has too little left. A lease counts until it is
   * settled, or its process has stopped: what was sent then counts in full.
   * @param details stored with the lease
   */
  reserve(
    limits: readonly UsageLimit[],
    amount: number,
    consistency?: Consistency,
    details?: LeaseDetails,
  ): Promise<UsageLease | undefined>;
  /**
   * Ends the lease and counts `actual` on its counters; a second call does nothing. Resolves when other processes can see
   * it, or soon. Never rejects: what cannot be shared is counted in this process.
   */
  settle(lease: UsageLease, actual: number): Promise<void>;
  /** Counts what processes have left that died, and forgets counters of periods that have ended. */
  expire(): Promise<void>;
  /** As this process last read it, at once. */
  used(key: string): number;
  /** The same for unsettled leases of all processes. */
  reserved(key: string): number;
  /** Counts the leases of this process in full: what was sent may be billed. */
  dispose(): void;
}

/** Whether the amount can be reserved by what is known. */
export const fitsLimits = (
  { used, reserved }: Pick<UsageStore, 'used' | 'reserved'>,
  limits: readonly UsageLimit[],
  amount: number,
): boolean => {
  for (const { key, max } of limits) if (amount > Math.max(0, max - used(key) - reserved(key))) return false;
  return true;
};
