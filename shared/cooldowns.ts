/** A cool-down: why a provider, a model or a key gets no requests now, and until when. */

/** Its cause: failures, a used-up rate limit, a refused key, or an account without credit. */
export type CooldownRule = 'circuit' | 'rate-limit' | 'key' | 'payment';

/** The causes that belong to a key. */
export type KeyCooldownRule = Exclude<CooldownRule, 'circuit'>;

export type Cooldown<Rule = CooldownRule | 'no-key' | 'unreachable'> = {
  readonly rule: Rule;
  /** One sentence. */
  readonly reason: string;
  /** Milliseconds since 1970. Absent: it does not end by itself. */
  readonly untilMs?: number;
  /** Whether the service named no end; then a request without any other key still uses the key. Absent: it named one. */
  readonly estimated?: boolean;
};

/** A cool-down that ends by itself. */
export type TimedCooldown<Rule = CooldownRule> = Cooldown<Rule> & { readonly untilMs: number };
