/** The suggestions when the user invokes ghost text by a key: all cached ones, and a new one. */
import type { CompletionCache } from './completion-cache.ts';
import type { CompletionContext } from './completion-context.ts';
import {
  type FoundSuggestion,
  fromCacheHit,
  isSameSuggestion,
  sharedResultType,
} from './current-completion.ts';
import type { ModelChoice } from './generator.ts';
import type { InFlightRequests } from './in-flight-requests.ts';
import type { PlanRequest } from './plan-request.ts';
import type { ShownItems } from './shown-items.ts';

export type InvokedSuggestionsDeps = {
  readonly cache: Pick<CompletionCache, 'find'>;
  readonly requests: Pick<InFlightRequests, 'start' | 'findFor'>;
  readonly planRequest: PlanRequest;
  readonly shown: Pick<ShownItems, 'forgetRejection'>;
};

/** Rejects with `RumboError` when the model fails and no suggestion is cached. */
export type SuggestOnInvoke = (
  context: CompletionContext,
  choice: ModelChoice,
  signal: AbortSignal,
) => Promise<readonly FoundSuggestion[]>;

export const invokedSuggestions =
  ({ cache, requests, planRequest, shown }: InvokedSuggestionsDeps): SuggestOnInvoke =>
  async (context, choice, signal) => {
    shown.forgetRejection(context.uri);
    const suggestions = cache.find(context, choice.model).map(fromCacheHit);
    const running = requests.findFor(context);
    const request = running ?? requests.start(planRequest(context, choice, 'model'));
    try {
      const suggestion = await request.waitFor(context, signal);
      const resultType = running ? sharedResultType(running) : 'model';
      if (suggestion) suggestions.push({ suggestion, source: request, resultType });
    } catch (error) {
      if (suggestions.length === 0) throw error;
    }
    return suggestions.filter(
      ({ suggestion }, index) =>
        suggestions.findIndex((other) => isSameSuggestion(other.suggestion, suggestion)) === index,
    );
  };
