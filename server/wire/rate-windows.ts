/** Rate limits as a service tells them in the headers of each answer, in any vendor’s form. */

/** One window, read at one moment. */
export type RateReading = {
  /** What is counted: `requests`, `tokens`, `input tokens`, `output tokens`. */
  readonly unit: string;
  /** Absent: not told. */
  readonly limit?: number;
  readonly remaining: number;
  /** Milliseconds since 1970; the window is full again, as far as it was told. */
  readonly resetsAtMs: number;
};
