/** The limits that the user has set for one key: requests and tokens in any minute. No clock. */
import type { KeyOptions } from '../../shared/keys.ts';
import type { KeyCooldown } from './key-limits.ts';

const minuteMs = 60_000;

type Count = { readonly atMs: number; readonly amount: number };

export function ownLimits() {
  let requests: Count[] = [];
  let tokens: Count[] = [];

  return {
    /** A request starts. */
    addRequest(options: KeyOptions, now: number): void {
      if (options.requestsPerMinute !== undefined)
        requests = [...lastMinute(requests, now), { atMs: now, amount: 1 }];
    },
    /** An answer is over. */
    addTokens(options: KeyOptions, amount: number, now: number): void {
      if (options.tokensPerMinute !== undefined) tokens = [...lastMinute(tokens, now), { atMs: now, amount }];
    },
    /** Why the key gets no request now. Absent: it is within its limits. */
    cooldown({ requestsPerMinute, tokensPerMinute }: KeyOptions, now: number): KeyCooldown | undefined {
      return (
        (requestsPerMinute === undefined ? undefined : full(requests, requestsPerMinute, 'requests', now)) ??
        (tokensPerMinute === undefined ? undefined : full(tokens, tokensPerMinute, 'tokens', now))
      );
    },
  };
}

/** A clock that was set back must not keep what it left in the future. */
const lastMinute = (counts: readonly Count[], now: number): Count[] =>
  counts.filter(({ atMs }) => now - atMs < minuteMs && atMs <= now);

function full(
  counts: readonly Count[],
  limit: number,
  unit: 'requests' | 'tokens',
  now: number,
): KeyCooldown | undefined {
  const recent = lastMinute(counts, now);
  let excess = recent.reduce((sum, { amount }) => sum + amount, 0) - limit;
  if (excess < 0) return;
  // The oldest ones leave the minute first.
  for (const { atMs, amount } of recent) {
    excess -= amount;
    if (excess < 0)
      return {
        rule: 'rate-limit',
        reason: `The key is at your own limit of ${limit.toLocaleString('en-US')} ${unit} per minute.`,
        untilMs: atMs + minuteMs,
        estimated: false,
      };
  }
  return;
}
