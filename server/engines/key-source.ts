/** Where an engine gets the key of each request: one key, or the best of several. */
import type { RumboError } from '../../shared/errors.ts';
import type { RateReading } from '../wire/rate-windows.ts';

/** A key for one request. */
export type KeyLease = {
  /** `undefined`: there is none, and none is needed. */
  readonly key: string | undefined;
  /** What the answer's headers told of the rate limits; also of an answer that was refused. */
  reportLimits(windows: readonly RateReading[]): void;
  /** How the request went, once. Absent error: well. Cancelled requests count neither way. */
  release(error?: RumboError): void;
};

export type KeySource = {
  /**
   * The best key for this model now. `model` is absent for a list of models, which no rate limit keeps from being asked.
   * Rejects with `unauthorized` (there is none, or all were refused), `payment-required`, or `rate-limited` with
   * `retryAfterMs`, when every key rests.
   */
  acquire(model?: string): Promise<KeyLease>;
  /** Whether `lend` would give a key now; after a refusal: another one than the one refused. */
  hasKey(model: string): boolean;
};
