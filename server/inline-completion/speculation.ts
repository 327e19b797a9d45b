/** Speculative requests: for the position after the shown suggestion, before the user accepts it. */
import { contextAfterAccept } from './completion.ts';
import type { CompletionCache } from './completion-cache.ts';
import type { CurrentCompletion, SuggestionSource } from './current-completion.ts';
import type { CompletionGenerator } from './generator.ts';
import type { InFlightRequests, InFlightSettings } from './in-flight-requests.ts';
import { isFast, type PlanRequest } from './plan-request.ts';
import type { Renderer } from './renderer.ts';

export type SpeculationDeps = {
  readonly generator: Pick<CompletionGenerator, 'chooseModel'>;
  readonly renderer: Pick<Renderer, 'maySuggest'>;
  readonly cache: Pick<CompletionCache, 'find'>;
  readonly requests: Pick<InFlightRequests, 'start' | 'isBusy'>;
  readonly planRequest: PlanRequest;
  readonly settings: () => Pick<InFlightSettings, 'readAhead'>;
};

/** Requests the position after a shown suggestion, where that costs nothing, saves time, and the user accepts suggestions. */
export function speculation(deps: SpeculationDeps): (shown: CurrentCompletion) => void {
  const { generator, renderer, cache, requests, planRequest, settings } = deps;
  /** Suggestions whose next position has been requested. */
  const done = new WeakSet<SuggestionSource>();
  return ({ context, source, choice, followsAccept }) => {
    if (!followsAccept || !settings().readAhead || !source.completion) return;
    if (!choice.free || isFast(choice.usualMs)) return;
    const next = contextAfterAccept(context, source.completion);
    if (requests.isBusy(context.uri) || !renderer.maySuggest(next)) return;
    if (cache.find(next, choice.model).length > 0 || done.has(source)) return;
    const nextChoice = generator.chooseModel(next);
    if (!nextChoice?.free) return;
    done.add(source);
    requests.start(planRequest(next, nextChoice, 'speculative'));
  };
}
