/** Plans the request for a position: how long a completion fits the place in the code and the speed of the model. */
import type { CompletionOrigin } from './completion-cache.ts';
import type { CompletionContext } from './completion-context.ts';
import type { ModelChoice } from './generator.ts';
import type { Renderer } from './renderer.ts';
import type { RequestPlan } from './request-plan.ts';
import type { ShownItems } from './shown-items.ts';

export type RequestPlannerDeps = {
  readonly renderer: Pick<Renderer, 'chooseCompletionLength'>;
  readonly shown: Pick<ShownItems, 'followsAccept'>;
};

export type PlanRequest = (
  context: CompletionContext,
  choice: ModelChoice,
  origin: CompletionOrigin,
) => RequestPlan;

export const requestPlanner =
  ({ renderer, shown }: RequestPlannerDeps): PlanRequest =>
  (context, { model, length: maxLength, usualMs }, origin) => {
    const length =
      maxLength === 'line'
        ? 'line'
        : renderer.chooseCompletionLength(context, {
            followsAccept: shown.followsAccept(context),
            isFastModel: isFast(usualMs),
          });
    return { context, length, requestedModel: model, origin };
  };

/**
 * Milliseconds to the first text. A faster model is requested for several lines where one would do, and never speculatively:
 * it is as quick when requested on time.
 */
const fastMs = 300;

export const isFast = (usualMs: number | null): boolean => usualMs !== null && usualMs <= fastMs;
