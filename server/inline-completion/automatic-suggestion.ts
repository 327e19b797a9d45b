/** The suggestion for a keystroke: from the shown one, the cache or a request in flight, and only then by a new request. */
import { type Clock, delay } from './clock.ts';
import { remainingSuggestionFrom } from './completion.ts';
import type { CompletionCache } from './completion-cache.ts';
import type { CompletionContext } from './completion-context.ts';
import { type FoundSuggestion, fromCacheHit, fromInFlight, sharedResultType } from './current-completion.ts';
import type { Debounce } from './debounce.ts';
import { firstMatch } from './first-match.ts';
import type { ModelChoice } from './generator.ts';
import type { InFlightRequest } from './in-flight-request.ts';
import type { InFlightRequests } from './in-flight-requests.ts';
import type { PlanRequest } from './plan-request.ts';
import type { Renderer } from './renderer.ts';
import type { RequestedLines } from './requested-lines.ts';
import type { ShownItems } from './shown-items.ts';

export type AutomaticSuggestionDeps = {
  readonly renderer: Pick<Renderer, 'maySuggest'>;
  readonly cache: Pick<CompletionCache, 'find'>;
  readonly requests: Pick<InFlightRequests, 'start' | 'findFor'>;
  readonly planRequest: PlanRequest;
  readonly shown: Pick<ShownItems, 'current' | 'followsAccept' | 'isRejected'>;
  readonly debounce: Pick<Debounce, 'delayMs'>;
  readonly lines: Pick<RequestedLines, 'has' | 'add'>;
  readonly settings: () => { readonly debounceMs: number };
  readonly clock: Clock;
};

/** Milliseconds without a keystroke after which the user is taken to wait for ghost text. */
const pauseMs = 500;

/** Milliseconds that a second request has to save to be worth sending. */
const minGainMs = 300;

/** Rejects with `RumboError` when the model fails. */
export type SuggestAutomatically = (
  context: CompletionContext,
  choice: ModelChoice,
  signal: AbortSignal,
) => Promise<FoundSuggestion | undefined>;

export function automaticSuggestion(deps: AutomaticSuggestionDeps): SuggestAutomatically {
  const { renderer, requests, planRequest, shown, lines, clock } = deps;

  const remainingDelayMs = (
    context: CompletionContext,
    { usualMs }: ModelChoice,
    arrivedAtMs: number,
  ): number => {
    if (shown.followsAccept(context)) return 0;
    const { debounceMs } = deps.settings();
    const input = { usualMs, debounceMs, isRepeatedLine: lines.has(context) };
    return deps.debounce.delayMs(context, input) - (clock.now() - arrivedAtMs);
  };

  const request = (context: CompletionContext, choice: ModelChoice): InFlightRequest =>
    requests.start(planRequest(context, choice, 'model'));

  /**
   * Waits for a request in flight. When the user pauses and the model is far from its first text, this position is requested
   * too, since what the user typed since may diverge. `diverged`: it did, and this position has not been requested.
   */
  const share = async (
    running: InFlightRequest,
    context: CompletionContext,
    choice: ModelChoice,
    signal: AbortSignal,
  ): Promise<FoundSuggestion | 'diverged' | undefined> => {
    const shared = fromInFlight(running, running.waitFor(context, signal), sharedResultType(running));
    const dueMs = running.startedAtMs + (choice.usualMs ?? 0) - clock.now();
    if (running.completion || dueMs < pauseMs + minGainMs) return (await shared) ?? 'diverged';
    await Promise.race([shared.catch(() => {}), delay(clock, pauseMs, signal)]);
    if (signal.aborted || running.completion || running.hasEnded) return (await shared) ?? 'diverged';
    const own = request(context, choice);
    const first = await firstMatch([shared, fromInFlight(own, own.waitFor(context, signal), 'model')]);
    if (first) for (const each of [running, own]) if (each !== first.source) each.abort();
    return first;
  };

  return async (context, choice, signal) => {
    if (shown.isRejected(context)) return undefined;
    const arrivedAtMs = clock.now();
    let hasWaited = false;
    while (!signal.aborted) {
      const available = lookUp(deps, context, choice);
      if (available) return available;
      const running = requests.findFor(context);
      if (running) {
        const result = await share(running, context, choice, signal);
        if (result !== 'diverged') return result;
        continue;
      }
      if (!renderer.maySuggest(context)) return undefined;
      const waitMs = remainingDelayMs(context, choice, arrivedAtMs);
      if (waitMs > 0 && !hasWaited) {
        await delay(clock, waitMs, signal);
        hasWaited = true;
        continue;
      }
      lines.add(context);
      const own = request(context, choice);
      return fromInFlight(own, own.waitFor(context, signal), 'model');
    }
    return undefined;
  };
}

/** Without waiting: the rest of the shown suggestion, or a cached completion. */
function lookUp(
  { shown, cache }: Pick<AutomaticSuggestionDeps, 'shown' | 'cache'>,
  context: CompletionContext,
  choice: ModelChoice,
): FoundSuggestion | undefined {
  const current = shown.current(context.uri);
  if (current?.source.completion) {
    const suggestion = remainingSuggestionFrom(current.context, current.source.completion, context);
    if (suggestion && suggestion !== 'no-text')
      return { suggestion, source: current.source, resultType: 'typing-as-suggested' };
  }
  const [hit] = cache.find(context, choice.model);
  return hit && fromCacheHit(hit);
}
