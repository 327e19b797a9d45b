/**
 * When to ask for ghost text, and when not to: what is known already is offered, what is under way is shared, and only
 * then, after a pause that suits model and user, somebody is asked. Nothing is offered for a document that has moved on.
 */
import { RumboError } from '../../shared/errors.ts';
import { type Clock, delay, steadyClock } from './clock.ts';
import { type Completion, contextAfterAccept, remainingSuggestionFrom } from './completion.ts';
import { type CompletionCacheLimits, completionCache } from './completion-cache.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';
import type { CompletionItem } from './completion-item.ts';
import {
  type CurrentCompletion,
  type FoundSuggestion,
  followsAcceptOf,
  fromCacheHit,
  fromInFlight,
  isRejected,
  isSameSuggestion,
  type ShownSuggestion,
  type SuggestionSource,
  sharedResultType,
} from './current-completion.ts';
import { debounce } from './debounce.ts';
import { firstMatch } from './first-match.ts';
import type { CompletionGenerator, ModelChoice } from './generator.ts';
import type { InFlightRequest, RequestPlan, StreamRemainder } from './in-flight-request.ts';
import { inFlightRequests } from './in-flight-requests.ts';
import { latestRequests } from './latest-request.ts';
import type { Renderer } from './renderer.ts';
import { requestedLines } from './requested-lines.ts';

export type SchedulerSettings = {
  /** Milliseconds from a keystroke amid a line to its question, if models took no time and the user refused nothing. */
  readonly debounceMs: number;
  readonly cache: CompletionCacheLimits;
  /** Milliseconds from the first text of a suggestion until it is shown, though more of it is still to come. */
  readonly revealAfterMs: number;
  /** Have more than the suggestion: read on past its end, and ask slow models that cost nothing for what comes after it. */
  readonly readAhead: boolean;
};

export type SchedulerDeps = {
  readonly generator: CompletionGenerator;
  readonly renderer: Renderer;
  /** Asked each time, so that a change holds at once. */
  readonly settings: () => SchedulerSettings;
  /** Absent: the real one. */
  readonly clock?: Clock;
};

export interface Scheduler {
  /**
   * Offers for a place in a document; none when there is nothing to say, when the document or the cursor has moved on, and
   * when the signal aborts. `typing` gets one at the most. Rejects with `RumboError` when the model fails.
   */
  suggest(context: CompletionContext, signal: AbortSignal): Promise<readonly CompletionItem[]>;
  /** The user has taken it; a part at a time counts once. */
  accepted(id: string): void;
  /** The user has sent it away: the same is not shown again on this line, and questions wait longer. */
  rejected(id: string): void;
  /** @param version the document's, after the change */
  changed(uri: string, version: number): void;
  /** Forgets the document. */
  closed(uri: string): void;
  /** Aborts and forgets all; until `start` nothing is asked. */
  stop(): void;
  start(): void;
}

/** Milliseconds to the first text within which a model is asked for lines where one would do, and never ahead. */
const fastMs = 300;

/** Milliseconds without a keystroke after which somebody is taken to wait for ghost text. */
const restMs = 500;

/** Milliseconds that a second question has to come sooner to be worth asking. */
const minGainMs = 300;

/**
 * Answers that are made of one model's text, past the one it was asked for. Paid models are read on too, within what they were
 * asked to write: some more words cost far less than the whole prompt once again.
 */
const maxReadAheads = 2;

/** Offers that may still be accepted or rejected. */
const maxItems = 64;

export function scheduler({ generator, renderer, settings, clock = steadyClock }: SchedulerDeps): Scheduler {
  const rhythm = debounce(clock);
  const known = completionCache(() => settings().cache);
  const turn = latestRequests();
  const lines = requestedLines();
  const shown = new Map<string, CurrentCompletion>();
  const refused = new Map<string, ShownSuggestion>();
  /** By id. `null`: its document has been offered something newer; whole texts are kept of the newest only. */
  const offered = new Map<string, ShownSuggestion | null>();
  /** Whose next place has been asked for. */
  const lookedPast = new WeakSet<SuggestionSource>();
  let stopped = false;
  let count = 0;

  const onCompletion = (plan: RequestPlan, answer: Completion | undefined, left: StreamRemainder): void => {
    const { context, requestedModel, origin } = plan;
    if (answer) known.add(context, requestedModel, answer, { model: left.model, origin });
    const streak = plan.readAheadCount ?? 0;
    if (answer && streak < maxReadAheads)
      under.readAhead({ ...plan, readAheadCount: streak + 1 }, answer, left, settings().readAhead);
    else void left.stream?.return?.().catch(() => {});
  };
  const under = inFlightRequests({
    generator,
    renderer,
    clock,
    revealAfterMs: () => settings().revealAfterMs,
    onCompletion,
    onEnd(uri) {
      const last = shown.get(uri);
      try {
        if (last) lookAhead(last);
      } catch {
        // Nobody waits for it: what is wrong shows with the next keystroke, to somebody who is told.
      }
    },
  });

  const followsAccept = (context: CompletionContext): boolean =>
    followsAcceptOf(shown.get(context.uri), context);

  const shapeOf = (context: CompletionContext, { length, usualMs }: ModelChoice): CompletionLength => {
    if (length === 'line') return 'line';
    return renderer.chooseCompletionLength(context, {
      followsAccept: followsAccept(context),
      isFastModel: isFast(usualMs),
    });
  };

  const ask = (context: CompletionContext, choice: ModelChoice): InFlightRequest =>
    under.start({ context, length: shapeOf(context, choice), requestedModel: choice.model, origin: 'model' });

  /** Asks for what follows what is shown, where that costs nothing, saves time and the user is taking what is offered. */
  const lookAhead = ({ context, source, choice, followsAccept }: CurrentCompletion): void => {
    if (stopped || !followsAccept || !settings().readAhead || !source.completion) return;
    if (!choice.free || isFast(choice.usualMs)) return;
    const next = contextAfterAccept(context, source.completion);
    if (under.isBusy(context.uri) || !renderer.maySuggest(next) || known.find(next, choice.model).length > 0)
      return;
    const nextChoice = lookedPast.has(source) ? undefined : generator.chooseModel(next);
    if (!nextChoice?.free) return;
    lookedPast.add(source);
    under.start({
      context: next,
      length: shapeOf(next, nextChoice),
      requestedModel: nextChoice.model,
      origin: 'speculated',
    });
  };

  const recall = (context: CompletionContext, choice: ModelChoice): FoundSuggestion | undefined => {
    const last = shown.get(context.uri);
    const left =
      last?.source.completion && remainingSuggestionFrom(last.context, last.source.completion, context);
    if (last && left && left !== 'more')
      return { suggestion: left, source: last.source, resultType: 'typed-through' };
    const [found] = known.find(context, choice.model);
    return found && fromCacheHit(found);
  };

  /**
   * Waits for one that is under way. When the user stops and it will not speak for long, this place is asked about too:
   * what was typed since may well lead elsewhere. `elsewhere`: it did, and nobody was asked about this place.
   */
  const share = async (
    running: InFlightRequest,
    context: CompletionContext,
    choice: ModelChoice,
    signal: AbortSignal,
  ) => {
    const joined = fromInFlight(running, running.waitFor(context, signal), sharedResultType(running));
    const dueMs = running.startedAtMs + (choice.usualMs ?? 0) - clock.now();
    if (running.completion || dueMs < restMs + minGainMs) return (await joined) ?? 'elsewhere';
    await Promise.race([joined.catch(() => {}), delay(clock, restMs, signal)]);
    if (signal.aborted || running.completion || running.hasEnded) return (await joined) ?? 'elsewhere';
    const own = ask(context, choice);
    const find = await firstMatch([joined, fromInFlight(own, own.waitFor(context, signal), 'model')]);
    if (find) for (const flight of [running, own]) if (flight !== find.source) flight.abort();
    return find;
  };

  const one = async (
    context: CompletionContext,
    choice: ModelChoice,
    signal: AbortSignal,
  ): Promise<FoundSuggestion | undefined> => {
    if (isRejected(refused, context)) return undefined;
    const arrived = clock.now();
    const delayMs = (): number => {
      if (followsAccept(context)) return 0;
      const { usualMs } = choice;
      const { debounceMs } = settings();
      return rhythm.delayMs(context, { usualMs, debounceMs, isRepeatedLine: lines.has(context) });
    };
    let paused = false;
    while (!signal.aborted) {
      const find = recall(context, choice);
      if (find) return find;
      const running = under.findFor(context);
      if (running) {
        const find = await share(running, context, choice, signal);
        if (find !== 'elsewhere') return find;
        continue;
      }
      if (!renderer.maySuggest(context)) return undefined;
      const waitMs = delayMs() - (clock.now() - arrived);
      if (waitMs > 0 && !paused) {
        await delay(clock, waitMs, signal);
        paused = true;
        continue;
      }
      lines.add(context);
      const own = ask(context, choice);
      const suggestion = await own.waitFor(context, signal);
      return suggestion && { suggestion, source: own, resultType: 'model' };
    }
    return undefined;
  };

  /** All that is known for this place, and one that is new. */
  const several = async (
    context: CompletionContext,
    choice: ModelChoice,
    signal: AbortSignal,
  ): Promise<FoundSuggestion[]> => {
    refused.delete(context.uri);
    const finds = known.find(context, choice.model).map(fromCacheHit);
    const running = under.findFor(context);
    const asked = running ?? ask(context, choice);
    try {
      const suggestion = await asked.waitFor(context, signal);
      if (suggestion)
        finds.push({ suggestion, source: asked, resultType: running ? sharedResultType(running) : 'model' });
    } catch (error) {
      if (finds.length === 0) throw error;
    }
    return finds.filter(
      ({ suggestion }, at) =>
        finds.findIndex((other) => isSameSuggestion(other.suggestion, suggestion)) === at,
    );
  };

  const offer = (
    context: CompletionContext,
    { suggestion, source, resultType }: FoundSuggestion,
  ): CompletionItem => {
    const id = `${++count}`;
    offered.set(id, { context, source });
    for (const old of offered.keys()) if (offered.size > maxItems) offered.delete(old);
    return { id, suggestion, model: source.model, resultType };
  };

  return {
    async suggest(context, signal) {
      const mine = stopped ? undefined : turn.begin(context, signal);
      if (!mine) return [];
      try {
        under.abortDiverged(context);
        const choice = generator.chooseModel(context);
        if (!choice) return [];
        const finds =
          context.trigger === 'invoked'
            ? await several(context, choice, mine.signal)
            : [await one(context, choice, mine.signal)].filter((find) => find !== undefined);
        const [first] = finds;
        if (mine.signal.aborted || !first) return [];
        const { source } = first;
        const now = { context, source, choice, followsAccept: followsAccept(context) };
        shown.set(context.uri, now);
        for (const [id, sent] of offered) if (sent?.context.uri === context.uri) offered.set(id, null);
        const offers = finds.map((find) => offer(context, find));
        lookAhead(now);
        return offers;
      } catch (error) {
        if (mine.signal.aborted || (error instanceof RumboError && error.kind === 'cancelled')) return [];
        throw error;
      } finally {
        mine.end();
      }
    },
    accepted(id) {
      if (offered.delete(id)) rhythm.accepted();
    },
    rejected(id) {
      const sent = offered.get(id);
      if (!offered.delete(id)) return;
      rhythm.rejected();
      if (!sent) return;
      refused.set(sent.context.uri, sent);
      shown.delete(sent.context.uri);
      under.abort(sent.context.uri);
    },
    changed(uri, version) {
      turn.changed(uri, version);
      under.scheduleAbort(uri);
    },
    closed(uri) {
      turn.closed(uri);
      under.abort(uri);
      known.forget(uri);
      lines.forget(uri);
      for (const map of [shown, refused]) map.delete(uri);
      for (const [id, sent] of offered) if (sent?.context.uri === uri) offered.set(id, null);
    },
    stop() {
      stopped = true;
      turn.stop();
      under.abort();
      known.clear();
      for (const map of [shown, refused, offered]) map.clear();
    },
    start() {
      stopped = false;
    },
  };
}

const isFast = (usualMs: number | null): boolean => usualMs !== null && usualMs <= fastMs;
