/** What past answers and budgets say of the next request: measured in server/metrics/, weighed in server/routing/. */

/** Medians of a model's last answers. */
export type ModelSpeed = {
  readonly firstTokenMs: number;
  /** `null`: the answers were too short to tell. */
  readonly tokensPerSecond: number | null;
};

/** How a family of models counts, against our estimate. */
export type TokenRatio = {
  /** Real tokens for each estimated one. */
  readonly ratio: number;
  /** Share by which the estimate times `ratio` still is off, in the median: 0.1 is ± 10 %. */
  readonly error: number;
};

/** Tokens of an answer. */
export type OutputRange = { readonly low: number; readonly typical: number; readonly high: number };

/** What the hard budgets leave. */
export type RemainingBudget = {
  /** US dollars. `null`: no limit. */
  readonly usd: number | null;
  /** The budget that says so. */
  readonly name: string;
  /** Milliseconds since 1970; when it begins anew. Absent: it is for each request. */
  readonly freesAtMs?: number;
};
