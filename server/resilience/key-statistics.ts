/** How the requests of one key went, and what follows for its weight. No clock. */

/** Half of the weight of past failures is gone after this. Milliseconds. */
const failureHalfLifeMs = 60_000;

/** A slow key is tried again when its latency is older than this. Milliseconds. */
const latencyAgeMs = 120_000;
/** Faster responses are equally fast. Milliseconds. */
const latencyStepMs = 1_000;

export function keyStatistics() {
  let requests = 0;
  let failures = 0;
  let tokens = 0;
  const recent = recentFailures();
  const latency = recentLatency();
  /** When the requests in flight have started, by their sequence numbers. */
  const startedAtMs = new Map<number, number>();
  return {
    onStart(sequence: number, now: number): void {
      requests += 1;
      startedAtMs.set(sequence, now);
    },
    /** The head of a response has arrived. */
    onResponse: (sequence: number, now: number): void =>
      latency.add(now - (startedAtMs.get(sequence) ?? now), now),
    onFailure(now: number): void {
      failures += 1;
      recent.add(now);
    },
    onEnd: (sequence: number): void => void startedAtMs.delete(sequence),
    addTokens(amount: number): void {
      tokens += amount;
    },
    /** 0–1: how well it works. 1 is a fresh key. */
    weight: (now: number): number => 1 / (1 + recent.weight(now)) / (1 + latency.step(now)),
    /** Since the key is in the pool. */
    read() {
      const latencyMs = latency.ms();
      return {
        requests,
        failures,
        ...(tokens > 0 ? { tokens } : {}),
        ...(latencyMs === undefined ? {} : { latencyMs: Math.round(latencyMs) }),
      };
    },
  };
}

/** The time to a response head; recent ones count more. */
function recentLatency() {
  let ms: number | undefined;
  let measuredAtMs = 0;
  return {
    add(latencyMs: number, now: number): void {
      if (latencyMs < 0) return;
      ms = ms === undefined ? latencyMs : ms * 0.8 + latencyMs * 0.2;
      measuredAtMs = now;
    },
    ms: (): number | undefined => ms,
    /** Whole steps, each twice as slow as the one before: keys that are about as fast share the requests. */
    step(now: number): number {
      const isOld = Math.abs(now - measuredAtMs) > latencyAgeMs;
      return ms === undefined || ms < latencyStepMs || isOld
        ? 0
        : Math.floor(Math.log2(ms / latencyStepMs)) + 1;
    },
  };
}
/** Failures that lose their weight with time. */
function recentFailures() {
  let failures = 0;
  let addedAtMs = 0;
  const weight = (now: number): number =>
    failures * 0.5 ** (Math.max(0, now - addedAtMs) / failureHalfLifeMs);
  return {
    weight,
    add(now: number): void {
      failures = weight(now) + 1;
      addedAtMs = now;
    },
  };
}
