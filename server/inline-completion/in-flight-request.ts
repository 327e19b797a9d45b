/** One request in flight, shared by all keystrokes along its text. Aborted once the document diverges from it. */
import type { ModelId } from '../../shared/chat.ts';
import { toRumboError } from '../../shared/errors.ts';
import type { Clock } from './clock.ts';
import { type Completion, hasOnlyTypedSince, remainingSuggestionFrom, toCompletion } from './completion.ts';
import type { CompletionContext, Suggestion } from './completion-context.ts';
import type { CompletionStream } from './generator.ts';
import { readStream, type StreamRemainder } from './read-stream.ts';
import type { Renderer } from './renderer.ts';
import type { RequestPlan } from './request-plan.ts';
import { requestWaiters, type WaiterResult } from './request-waiters.ts';

export type InFlightRequestDeps = {
  readonly renderer: Pick<Renderer, 'streamRenderer'>;
  readonly clock: Clock;
  /** Milliseconds from the first text to show until an incomplete suggestion is shown. */
  readonly revealAfterMs: number;
  /**
   * The completion is whole: the listener reads or closes the remaining stream. Not called for an aborted request.
   * @param completion `undefined`: the model has no text for this position
   */
  readonly onCompletion: (completion: Completion | undefined, remainder: StreamRemainder) => void;
  /** The request has ended in any way. Called once, after all keystrokes that waited for it have their result. */
  readonly onEnd: (isAborted: boolean) => void;
};

export type InFlightRequest = RequestPlan & {
  /** When it was sent, on the clock. */
  readonly startedAtMs: number;
  /** The model that responds; the requested one until the first text. */
  readonly model: ModelId;
  /** As much of it as has arrived. */
  readonly completion: Completion | undefined;
  readonly hasEnded: boolean;
  /** A keystroke has waited for it: it is more than a guess. */
  readonly isAwaited: boolean;
  /** Its suggestion here now; `pending`: text may still arrive; `undefined`: none, the document diverges. */
  suggestionAt(context: CompletionContext): WaiterResult;
  /**
   * Resolves once there is a suggestion to show here; with `undefined` when there will be none, or the signal aborts.
   * Rejects with `RumboError` when the model fails.
   */
  waitFor(context: CompletionContext, signal: AbortSignal): Promise<Suggestion | undefined>;
  /** The document has changed, or no keystroke waits any longer: aborts after `graceMs`, unless kept alive. */
  scheduleAbort(): void;
  /** Another keystroke needs it. */
  keepAlive(): void;
  /** Closes the connection. */
  abort(): void;
};

/**
 * Editors cancel the request of the last keystroke before they send that of the next, which may well share its stream: this
 * long a request lives without a keystroke that waits for it.
 */
export const graceMs = 100;

/** @param send called at once */
export function inFlightRequest(
  plan: RequestPlan,
  send: (signal: AbortSignal) => Promise<CompletionStream>,
  { renderer, clock, revealAfterMs, onCompletion, onEnd }: InFlightRequestDeps,
): InFlightRequest {
  const { context } = plan;
  const startedAtMs = clock.now();
  const controller = new AbortController();
  const waiters = requestWaiters();
  let { requestedModel: model } = plan;
  let completion: Completion | undefined;
  let isWhole = false;
  let hasEnded = false;
  let isAwaited = false;
  /** An incomplete suggestion may be shown. */
  let isRevealed = false;
  let failure: unknown;
  let cancelAbort: (() => void) | undefined;
  let cancelReveal: (() => void) | undefined;

  const suggestionAt = (now: CompletionContext): WaiterResult => {
    const result = resultAt(context, completion, now);
    return result === 'pending' && (isWhole || hasEnded) ? undefined : result;
  };

  const settleWaiters = (): void => {
    const isPartial = !isWhole && !hasEnded && !isRevealed;
    const anyDiverged = waiters.settle((now) => {
      const result = suggestionAt(now);
      return result && isPartial ? 'pending' : result;
    }, failure);
    if (anyDiverged && waiters.size === 0 && !isWhole) abort();
  };

  const update = (suggestion: Suggestion | undefined): void => {
    if (!suggestion) return;
    completion = toCompletion(context, suggestion);
    cancelReveal ??= clock.after(revealAfterMs, () => {
      isRevealed = true;
      settleWaiters();
    });
  };

  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    cancelReveal?.();
    cancelAbort?.();
    settleWaiters();
    onEnd(controller.signal.aborted);
  };

  const abort = (): void => {
    if (hasEnded) return;
    controller.abort();
    end();
  };

  const scheduleAbort = (): void => {
    if (hasEnded || waiters.size > 0) return;
    cancelAbort ??= clock.after(graceMs, abort);
  };

  const keepAlive = (): void => {
    cancelAbort?.();
    cancelAbort = undefined;
  };

  const read = async (): Promise<void> => {
    const stream = await send(controller.signal);
    model = stream.model;
    await readStream(plan, stream, {
      renderer,
      signal: controller.signal,
      onSuggestion(suggestion, isLast) {
        update(suggestion);
        if (!isLast) settleWaiters();
      },
      onEnd(suggestion, remainder) {
        completion = suggestion && toCompletion(context, suggestion);
        isWhole = true;
        settleWaiters();
        onCompletion(completion, remainder);
      },
    });
  };
  void read()
    .catch((error: unknown) => {
      if (!controller.signal.aborted) failure = toRumboError(error);
    })
    .finally(end);

  return {
    ...plan,
    startedAtMs,
    get model() {
      return model;
    },
    get completion() {
      return completion;
    },
    get hasEnded() {
      return hasEnded;
    },
    get isAwaited() {
      return isAwaited;
    },
    suggestionAt,
    waitFor(now, signal) {
      isAwaited = true;
      keepAlive();
      return waiters.add(now, signal, settleWaiters, () => {
        if (waiters.size === 0) scheduleAbort();
      });
    },
    scheduleAbort,
    keepAlive,
    abort,
  };
}

/** The result of an unfinished request for `requested`. */
function resultAt(
  requested: CompletionContext,
  completion: Completion | undefined,
  now: CompletionContext,
): WaiterResult {
  if (!completion) return hasOnlyTypedSince(requested, now) ? 'pending' : undefined;
  const remaining = remainingSuggestionFrom(requested, completion, now);
  return remaining === 'no-text' ? 'pending' : remaining;
}
