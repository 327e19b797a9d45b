/**
 * Schedules ghost text: shows what is known already, shares requests in flight, and sends a new request only after a delay
 * that suits model and user. Returns nothing for a document that has changed in the meantime.
 */
import { RumboError } from '../../shared/errors.ts';
import { automaticSuggestion } from './automatic-suggestion.ts';
import { type Clock, steadyClock } from './clock.ts';
import { type CompletionCacheLimits, completionCache } from './completion-cache.ts';
import type { CompletionContext } from './completion-context.ts';
import type { CompletionItem } from './completion-item.ts';
import type { CurrentCompletion } from './current-completion.ts';
import { debounce } from './debounce.ts';
import type { CompletionGenerator } from './generator.ts';
import { type InFlightSettings, inFlightRequests } from './in-flight-requests.ts';
import { invokedSuggestions } from './invoked-suggestions.ts';
import { latestRequests } from './latest-request.ts';
import { requestPlanner } from './plan-request.ts';
import type { Renderer } from './renderer.ts';
import { requestedLines } from './requested-lines.ts';
import { shownItems } from './shown-items.ts';
import { speculation } from './speculation.ts';

export type SchedulerSettings = InFlightSettings & {
  /** Milliseconds from a keystroke in the middle of a line to its request, for an instant model and without rejections. */
  readonly debounceMs: number;
  readonly cache: CompletionCacheLimits;
};

export type SchedulerDeps = {
  readonly generator: CompletionGenerator;
  readonly renderer: Renderer;
  /** Read each time, so that a change applies at once. */
  readonly settings: () => SchedulerSettings;
  /** Absent: the real one. */
  readonly clock?: Clock;
};

export interface Scheduler {
  /**
   * Items for a position in a document; none when there is no suggestion, when the document or the cursor has changed in the
   * meantime, and when the signal aborts. At most one for `automatic`. Rejects with `RumboError` when the model fails.
   */
  suggest(context: CompletionContext, signal: AbortSignal): Promise<readonly CompletionItem[]>;
  /** The user has accepted the item; several parts of one item count once. */
  accepted(id: string): void;
  /** The user has rejected the item: its text is not shown again on this line, and requests wait longer. */
  rejected(id: string): void;
  /** @param version the document's, after the change */
  changed(uri: string, version: number): void;
  /** Forgets the document. */
  closed(uri: string): void;
  /** Aborts and forgets everything; sends nothing until `start`. */
  stop(): void;
  start(): void;
}

export function createScheduler({
  generator,
  renderer,
  settings,
  clock = steadyClock,
}: SchedulerDeps): Scheduler {
  const cache = completionCache(() => settings().cache);
  const requests = inFlightRequests({ generator, renderer, cache, clock, settings });
  const shown = shownItems();
  const planRequest = requestPlanner({ renderer, shown });
  const delays = debounce(clock);
  const lines = requestedLines();
  const latest = latestRequests();
  const suggestAutomatically = automaticSuggestion({
    ...{ renderer, cache, requests, planRequest, shown, lines, settings, clock },
    debounce: delays,
  });
  const suggestOnInvoke = invokedSuggestions({ cache, requests, planRequest, shown });
  const speculate = speculation({ generator, renderer, cache, requests, planRequest, settings });
  let isStopped = false;

  requests.onEnd((uri) => {
    const current = shown.current(uri);
    if (!current || isStopped) return;
    try {
      speculate(current);
    } catch {
      // No keystroke waits for it: the next one will report the same fault.
    }
  });

  const suggestNow = async (
    context: CompletionContext,
    signal: AbortSignal,
  ): Promise<readonly CompletionItem[]> => {
    requests.abortDiverged(context);
    const choice = generator.chooseModel(context);
    if (!choice) return [];
    const suggestions =
      context.trigger === 'invoked'
        ? await suggestOnInvoke(context, choice, signal)
        : [await suggestAutomatically(context, choice, signal)].filter((each) => each !== undefined);
    const [first] = suggestions;
    if (signal.aborted || !first) return [];
    const followsAccept = shown.followsAccept(context);
    const current: CurrentCompletion = { context, source: first.source, choice, followsAccept };
    const items = shown.show(current, suggestions);
    if (!isStopped) speculate(current);
    return items;
  };

  return {
    async suggest(context, signal) {
      const request = isStopped ? undefined : latest.begin(context, signal);
      if (!request) return [];
      try {
        return await suggestNow(context, request.signal);
      } catch (error) {
        if (request.signal.aborted || (error instanceof RumboError && error.kind === 'cancelled')) return [];
        throw error;
      } finally {
        request.end();
      }
    },
    accepted(id) {
      if (shown.accept(id)) delays.accepted();
    },
    rejected(id) {
      const rejected = shown.reject(id);
      if (!rejected) return;
      delays.rejected();
      if (rejected !== 'outdated') requests.abort(rejected.context.uri);
    },
    changed(uri, version) {
      latest.changed(uri, version);
      requests.scheduleAbort(uri);
    },
    closed(uri) {
      latest.closed(uri);
      requests.abort(uri);
      cache.forget(uri);
      lines.forget(uri);
      shown.forget(uri);
    },
    stop() {
      isStopped = true;
      latest.stop();
      requests.abort();
      cache.clear();
      lines.clear();
      shown.clear();
      delays.reset();
    },
    start() {
      isStopped = false;
    },
  };
}
