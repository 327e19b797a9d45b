/** Decides which models may answer a request: waits for a rate limit that ends soon, and has a prompt counted where an estimate is not enough. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AskParams } from '../../shared/ask.ts';
import type { ModelId } from '../../shared/chat.ts';
import type { Model } from '../../shared/models.ts';
import type { AskPart } from '../../shared/protocol.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Counters } from '../metrics/counters.ts';
import type { RequestSpending } from '../metrics/request-spending.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import { balance, type Decision } from '../routing/balancer.ts';
import { needsExactCount } from '../routing/needs-exact-count.ts';
import type { RoutingCriteria, RoutingSnapshot } from '../routing/snapshot.ts';
import type { AnsweringProvider } from './attempt.ts';
import { isLocalOnlyRequest, type RoutingRequest, sourceUris, toCompletionRequest } from './request.ts';
import type { RequestSnapshots } from './request-snapshot.ts';
import { type AwaitedModel, awaitedModel, maxPinnedWaitMs, maxWaitMs } from './wait-limits.ts';

export type RouteDeps = {
  readonly settings: () => Settings;
  readonly providers: {
    get(name: string): AnsweringProvider | undefined;
    readonly listedId: ProviderRegistry['listedId'];
  };
  readonly snapshots: RequestSnapshots;
  readonly metrics: Pick<Counters, 'observe'>;
};

/** A request whose route is decided, perhaps more than once. */
export type RoutableRequest = {
  readonly params: AskParams;
  readonly request: RoutingRequest;
  /** The settings that it was read with. */
  readonly settingsAtRead: Settings;
  /** Tokens of the prompt as services count them; exact counts are added here. */
  readonly exactPromptTokens: Map<ModelId, number>;
  /** What all of its attempts cost. */
  readonly spending: RequestSpending;
};

export type RouteDecision = {
  readonly criteria: RoutingCriteria;
  readonly snapshot: RoutingSnapshot;
  readonly decision: Decision;
  /** Milliseconds that the request waited for a rate limit to end. Absent: none. */
  readonly waitedMs?: number;
};

/** Exact counts before one request: each takes a round trip. */
const maxExactCounts = 2;

/**
 * The decision now or, when every candidate is at its rate limit, the decision when the first one ends; yields each wait.
 * Rejects with `cancelled`.
 */
export async function* decideRoute(
  deps: RouteDeps,
  routable: RoutableRequest,
  signal: AbortSignal,
): AsyncGenerator<AskPart, RouteDecision> {
  const { params, request, spending } = routable;
  const mayReplacePin = pinPolicy(params, deps.settings()) === 'next';
  let countsLeft = maxExactCounts;
  for (let waitedMs = 0; ; ) {
    const startedAt = performance.now();
    const criteria = currentCriteria(routable, deps.settings(), deps.providers.listedId);
    const snapshot = deps.snapshots.take(request, spending.committedUsd());
    const decision = balance(criteria, snapshot);
    deps.metrics.observe('rumbo_decision_ms', performance.now() - startedAt);
    const uncertain = countsLeft > 0 ? needsExactCount(criteria, snapshot, decision) : undefined;
    countsLeft -= 1;
    if (uncertain && (await countExactly(deps, uncertain, routable, signal))) continue;
    const awaited = awaitedModel(decision, mayReplacePin, Date.now());
    const limits = decision.unavailablePin && !mayReplacePin ? maxPinnedWaitMs : maxWaitMs;
    if (!awaited || waitedMs + awaited.ms > limits[params.urgency ?? 'interactive'])
      return { criteria, snapshot, decision, ...(waitedMs > 0 ? { waitedMs } : {}) };
    waitedMs += awaited.ms;
    if (awaited.ms >= shownWaitMs) yield waitPart(awaited);
    await sleep(awaited.ms, undefined, { signal });
  }
}

/** Milliseconds: a shorter wait would only flicker. */
const shownWaitMs = 500;

const waitPart = ({ ms, model, reason }: AwaitedModel): AskPart => ({
  type: 'wait',
  until: new Date(Date.now() + ms).toISOString(),
  reason: `${model}: ${reason}`,
});

/** What happens when a pinned model cannot answer. */
export const pinPolicy = (
  { whenPinnedUnavailable }: AskParams,
  settings: Settings,
): Settings['routing.whenPinnedUnavailable'] =>
  whenPinnedUnavailable ?? settings['routing.whenPinnedUnavailable'];

/**
 * The request in the balancer's terms: the file may have become local-only since it was read, and the models that it names
 * may have been listed.
 */
export function currentCriteria(
  {
    params,
    request,
    settingsAtRead,
    exactPromptTokens,
  }: Omit<RoutableRequest, 'exactPromptTokens' | 'spending'> & {
    readonly exactPromptTokens?: RoutableRequest['exactPromptTokens'];
  },
  settings: Settings,
  listedId: ProviderRegistry['listedId'],
): RoutingCriteria {
  const { model, strongerThan } = request.criteria;
  const isCurrent = settings === settingsAtRead && !exactPromptTokens?.size;
  if (isCurrent && model === undefined && strongerThan === undefined) return request.criteria;
  return {
    ...request.criteria,
    ...(model === undefined ? {} : { model: listedId(model) }),
    ...(strongerThan === undefined ? {} : { strongerThan: listedId(strongerThan) }),
    ...(settings === settingsAtRead || sourceUris(params).length === 0
      ? {}
      : { localOnly: isLocalOnlyRequest(params, settings) }),
    ...(exactPromptTokens?.size ? { exactPromptTokens } : {}),
  };
}

/** Asks the model's own service how long the prompt is. Returns whether it answered. */
async function countExactly(
  { providers }: RouteDeps,
  model: Model,
  { params, request, exactPromptTokens }: RoutableRequest,
  signal: AbortSignal,
): Promise<boolean> {
  const engine = providers.get(model.provider)?.engine;
  const completion = toCompletionRequest(model, request.messages, params, false);
  const tokens = await engine?.countTokens?.(model.name, completion, signal);
  if (tokens === undefined) return false;
  exactPromptTokens.set(model.id, tokens);
  return true;
}
