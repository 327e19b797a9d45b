/** The source of the key of each request: one key, or the best of several. */
import type { RumboError } from '../../shared/errors.ts';
import type { RateReading } from '../wire/rate-windows.ts';

/** A key for one request. */
export type KeyLease = {
  /** `undefined`: there is none, and none is needed. */
  readonly key: string | undefined;
  /** Rate limits from the response headers; also those of an error response. */
  reportLimits(windows: readonly RateReading[]): void;
  /** Tokens that an answer has used, input and output. */
  reportTokens?(tokens: number): void;
  /** The outcome of the request, once. Absent error: success. Cancelled requests count neither way. */
  release(error?: RumboError): void;
};

export type KeySource = {
  /**
   * The best key for this model now. `model` is absent for a list of models, which no rate limit blocks.
   * Rejects with `unauthorized` (there is no key, or the service refused all of them), `payment-required`, or
   * `rate-limited` with `retryAfterMs`, when every key is cooling down.
   */
  acquire(model?: string): Promise<KeyLease>;
  /** Whether `acquire` would return a key now; after a refusal: another key than the refused one. */
  hasKey(model: string): boolean;
};
