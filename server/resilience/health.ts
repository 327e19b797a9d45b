/** Whether a provider may be asked now: its circuit, and what a rate limit, a dead key or an empty account keeps out. */
import { asRumboError, type ErrorKind, type RumboError, reactions } from '../../shared/errors.ts';
import type { CircuitState } from '../../shared/status.ts';
import type { Policy } from './policy.ts';

/** Why a provider is not asked, and until when. */
export type Rest = {
  readonly rule: 'circuit' | 'rate-limit' | 'key' | 'payment';
  /** One sentence. */
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly untilMs: number;
};

export type Health = {
  readonly circuit: CircuitState;
  /** Absent: it may be asked. */
  readonly rest?: Rest;
};

/** Consecutive failures that open the circuit. */
const failuresToOpen = 3;
/** The first pause of an open circuit, and the longest; it doubles with each failed probe. */
const pauseMs = { first: 5_000, longest: 30_000 };
/** Rests where the service did not say how long. */
const restMs: Partial<Record<ErrorKind, number>> = {
  'rate-limited': 20_000,
  unauthorized: 300_000,
  'payment-required': 3_600_000,
};
const rules: Partial<Record<ErrorKind, Rest['rule']>> = {
  'rate-limited': 'rate-limit',
  unauthorized: 'key',
  'payment-required': 'payment',
};

/**
 * One provider's health.
 * @param now milliseconds since 1970, handed in so that tests own the clock
 * @param changed called after each change that a user could see
 */
export function providerHealth(now: () => number, changed: () => void) {
  let failures = 0;
  let lastFailure: ErrorKind | undefined;
  let opened: { untilMs: number; pauseMs: number; reason: string; probing: boolean } | undefined;
  let rest: Rest | undefined;

  const succeed = () => {
    const news = opened !== undefined || rest !== undefined || failures > 0;
    failures = 0;
    opened = undefined;
    rest = undefined;
    if (news) changed();
  };

  const fail = (error: RumboError) => {
    const rule = rules[error.kind];
    if (rule) {
      const ms = error.data.retryAfterMs ?? restMs[error.kind] ?? 0;
      rest = { rule, reason: error.message, untilMs: now() + ms };
      changed();
    }
    if (!reactions[error.kind].trips) {
      // A probe that ended some other way says nothing about the provider: the next request probes again.
      if (opened) opened.probing = false;
      return;
    }
    failures += 1;
    lastFailure = error.kind;
    if (opened || failures >= failuresToOpen) {
      const ms = Math.min(opened ? opened.pauseMs * 2 : pauseMs.first, pauseMs.longest);
      opened = { untilMs: now() + ms, pauseMs: ms, reason: error.message, probing: false };
      changed();
    }
  };

  const circuit = (): CircuitState =>
    opened === undefined ? 'closed' : opened.probing || now() >= opened.untilMs ? 'half-open' : 'open';

  return {
    /** What the balancer sees. While a probe is under way the others keep away. */
    get(): Health {
      if (rest && now() >= rest.untilMs) rest = undefined;
      if (rest) return { circuit: circuit(), rest };
      if (opened && (opened.probing || now() < opened.untilMs)) {
        const untilMs = Math.max(opened.untilMs, now());
        return { circuit: circuit(), rest: { rule: 'circuit', reason: opened.reason, untilMs } };
      }
      return { circuit: circuit() };
    },
    /** The key or the address changed, or the user asked: forget what was learned. */
    reset: succeed,
    /** Watches each answer of an engine. */
    watch: ((engine) => ({
      ...engine,
      async *stream(model, request, signal) {
        if (opened && now() >= opened.untilMs) opened.probing = true;
        try {
          let spoken = false;
          for await (const part of engine.stream(model, request, signal)) {
            // The first part is proof enough; waiting for the last would keep a long answer's probe open.
            if (!spoken) succeed();
            spoken = true;
            yield part;
          }
        } catch (cause) {
          const error = asRumboError(cause, signal);
          fail(error);
          throw error;
        } finally {
          if (opened) opened.probing = false;
        }
      },
    })) satisfies Policy,
    /**
     * The list of models came, or why not. A list proves the key and the connection; a rate limit, an empty account
     * and failing answers are no matter of lists.
     */
    listed(error?: RumboError): void {
      if (error?.kind === 'unauthorized') fail(error);
      if (error) return;
      if (rest?.rule === 'key') rest = undefined;
      if (lastFailure !== 'unreachable') return;
      failures = 0;
      opened = undefined;
    },
  };
}
