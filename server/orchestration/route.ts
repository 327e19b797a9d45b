/** The decision of one question: waited for when somebody returns soon, counted exactly where an estimate is in doubt. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelId } from '../../shared/chat.ts';
import type { Model } from '../../shared/models.ts';
import type { AskParams } from '../../shared/protocol.ts';
import type { Counters } from '../metrics/counters.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import { balance, type Decision } from '../routing/balancer.ts';
import { needsExactCount } from '../routing/needs-exact-count.ts';
import type { RoutingCriteria, RoutingSnapshot } from '../routing/snapshot.ts';
import { type RoutingRequest, toCompletionRequest } from './request.ts';
import { maxWaitMs, waitUntilAvailableMs } from './wait-limits.ts';

type RouteDeps = {
  readonly providers: Pick<ProviderRegistry, 'get'>;
  readonly counters: Pick<Counters, 'observe'>;
  /** What the balancer sees now. */
  readonly snapshot: (request: RoutingRequest) => RoutingSnapshot;
  readonly pinRule: (params: AskParams) => 'ask' | 'next' | 'fail';
};

/** A question, and what may still change about it. */
type Open = {
  readonly params: AskParams;
  readonly request: RoutingRequest;
  readonly routeNow: () => RoutingCriteria;
  /** Tokens of the prompt as services count them; what is learned here is put in. */
  readonly counted: Map<ModelId, number>;
};

type Decided = {
  readonly route: RoutingCriteria;
  readonly seen: RoutingSnapshot;
  readonly decision: Decision;
};

/** Services asked for a count before one question; each takes a moment. */
const maxExactCounts = 2;

export function routeDecision({ providers, counters, snapshot, pinRule }: RouteDeps) {
  /** The decision of now; when nobody may be asked but somebody soon, the decision of then. Rejects with `cancelled`. */
  return async (open: Open, signal: AbortSignal): Promise<Decided> => {
    const { params, request, routeNow } = open;
    let countsLeft = maxExactCounts;
    for (let leftMs = maxWaitMs[params.urgency ?? 'interactive']; ; ) {
      const decidedAt = performance.now();
      const route = routeNow();
      const seen = snapshot(request);
      const decision = balance(route, seen);
      counters.observe('rumbo_decision_ms', performance.now() - decidedAt);
      const doubtful = countsLeft > 0 ? needsExactCount(route, seen, decision) : undefined;
      countsLeft -= 1;
      if (doubtful && (await count(doubtful, open, signal))) continue;
      const waitMs = waitUntilAvailableMs(decision, pinRule(params) === 'next', Date.now());
      if (waitMs === undefined || waitMs > leftMs) return { route, seen, decision };
      leftMs -= waitMs;
      await sleep(waitMs, undefined, { signal });
    }
  };

  /** Asks the model's own service how long the prompt is. @returns whether it said so */
  async function count(
    model: Model,
    { params, request, counted }: Open,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { engine } = providers.get(model.provider) ?? {};
    const asked = toCompletionRequest(model, request.messages, params, false);
    const tokens = await engine?.countTokens?.(model.name, asked, signal);
    if (tokens === undefined) return false;
    counted.set(model.id, tokens);
    return true;
  }
}
