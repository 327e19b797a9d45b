/** Statistics that predict the next request: measured in server/metrics/, used in server/routing/. */

/** Medians of a model's latest answers. */
export type ModelSpeed = {
  readonly firstTokenMs: number;
  /** `null`: the answers were too short to measure. */
  readonly tokensPerSecond: number | null;
};

/** How a model family counts tokens, compared with our estimate. */
export type TokenRatio = {
  /** Real tokens per estimated one. */
  readonly ratio: number;
  /** Median deviation of the estimate times `ratio`: 0.1 is ± 10 %. */
  readonly error: number;
};

/** Tokens of an answer: 10th, 50th and 90th percentile. */
export type OutputRange = { readonly low: number; readonly typical: number; readonly high: number };

/** What the hard budgets leave for the next request. */
export type RemainingBudget = {
  /** US dollars. `null`: no limit. */
  readonly usd: number | null;
  /** The setting of the tightest budget. */
  readonly name: string;
  /** Milliseconds since 1970; when it resets. Absent: it applies to each request. */
  readonly freesAtMs?: number;
};
