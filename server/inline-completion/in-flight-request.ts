/** One request under way: read as it comes, for everybody whose text still leads along it. Aborted once nobody's does. */
import type { ModelId } from '../../shared/chat.ts';
import { toRumboError } from '../../shared/errors.ts';
import type { Clock } from './clock.ts';
import { type Completion, hasOnlyTypedSince, remainingSuggestionFrom, toCompletion } from './completion.ts';
import type { CompletionOrigin } from './completion-cache.ts';
import type { CompletionContext, CompletionLength, Suggestion } from './completion-context.ts';
import type { CompletionStream, OutputFormat } from './generator.ts';
import type { Renderer } from './renderer.ts';

export type RequestPlan = {
  readonly context: CompletionContext;
  readonly length: CompletionLength;
  /** Who was chosen. */
  readonly requestedModel: ModelId;
  readonly origin: CompletionOrigin;
  /** How many answers of the same text came before this one. Absent: none. */
  readonly readAheadCount?: number;
  /** The text was cut off at its end by us: what is not whole by then is nothing. */
  readonly isTruncated?: boolean;
};

export type InFlightRequestDeps = {
  readonly renderer: Pick<Renderer, 'streamRenderer'>;
  readonly clock: Clock;
  /** Milliseconds from the first text to be shown until it is shown though more of it is to come. */
  readonly revealAfterMs: number;
  /**
   * It is whole: what comes after it is handed on, to be read by another or closed. Not called for what was aborted.
   * @param answer `undefined`: the model had nothing to say here
   */
  readonly onCompletion: (answer: Completion | undefined, left: StreamRemainder) => void;
  /** It is over, however it went. Called once, after the last who waited was told. */
  readonly onEnd: (aborted: boolean) => void;
};

/** What a model has written, or is about to write, past the end of an answer. */
export type StreamRemainder = {
  readonly model: ModelId;
  readonly format: OutputFormat;
  /** Raw text that has come already. */
  readonly rest: string;
  /** The remaining stream. `undefined`: it has ended. */
  readonly stream: AsyncIterator<string> | undefined;
};

export type InFlightRequest = RequestPlan & {
  /** When it was asked, on the clock. */
  readonly startedAtMs: number;
  /** Who writes; the chosen one until somebody speaks. */
  readonly model: ModelId;
  /** As much as is known of it. */
  readonly completion: Completion | undefined;
  /** Nothing more will come of it. */
  readonly hasEnded: boolean;
  /** Someone has waited for it: it is more than a guess about what will be wanted. */
  readonly isAwaited: boolean;
  /** What it has to say here now; `wait`: something may still come; `undefined`: nothing, it leads elsewhere. */
  suggestionAt(context: CompletionContext): Suggestion | 'wait' | undefined;
  /**
   * Resolves once there is something to show here; with `undefined` when there will be nothing, or the signal aborts.
   * Rejects with `RumboError` when the model fails.
   */
  waitFor(context: CompletionContext, signal: AbortSignal): Promise<Suggestion | undefined>;
  /** The document has changed, or the last who waited went away: aborts unless somebody comes soon. */
  scheduleAbort(): void;
  /** Somebody has come. */
  keepAlive(): void;
  /** Closes the socket. */
  abort(): void;
};

/**
 * Editors cancel the question of the last keystroke before they ask that of the next, which may well share its stream: so
 * long a stream lives with nobody waiting.
 */
export const graceMs = 100;

/** @param write asks; called at once */
export function inFlightRequest(
  plan: RequestPlan,
  write: (signal: AbortSignal) => Promise<CompletionStream>,
  { renderer, clock, revealAfterMs, onCompletion, onEnd }: InFlightRequestDeps,
): InFlightRequest {
  const { context } = plan;
  const controller = new AbortController();
  const startedAtMs = clock.now();
  const waiting = new Set<Waiter>();
  let { requestedModel: model } = plan;
  let answer: Completion | undefined;
  let isWhole = false;
  let ended = false;
  let wanted = false;
  let patient = true;
  let failure: unknown;
  let forgetGrace: (() => void) | undefined;
  let forgetPatience: (() => void) | undefined;

  const suggestionAt = (now: CompletionContext): Suggestion | 'wait' | undefined => {
    const hopeful = !isWhole && !ended;
    if (!answer) return hopeful && hasOnlyTypedSince(context, now) ? 'wait' : undefined;
    const left = remainingSuggestionFrom(context, answer, now);
    if (left === 'more') return hopeful ? 'wait' : undefined;
    return left;
  };

  const leave = (waiter: Waiter): void => {
    waiting.delete(waiter);
    waiter.signal.removeEventListener('abort', waiter.onAbort);
  };

  /** Something has happened: whoever need not wait any longer is told. */
  const tell = (): void => {
    let elsewhere = false;
    for (const waiter of waiting) {
      const said = suggestionAt(waiter.context);
      if (said === 'wait' || (said && !isWhole && !ended && patient)) continue;
      leave(waiter);
      if (!said && failure !== undefined) waiter.reject(failure);
      else waiter.resolve(said);
      elsewhere ||= !said;
    }
    if (elsewhere && waiting.size === 0 && !isWhole) abort();
  };

  const hear = (said: Suggestion | undefined): void => {
    if (!said) return;
    answer = toCompletion(context, said);
    forgetPatience ??= clock.after(revealAfterMs, () => {
      patient = false;
      tell();
    });
  };

  const abort = (): void => {
    if (ended) return;
    controller.abort();
    end();
  };

  const end = (): void => {
    if (ended) return;
    ended = true;
    forgetPatience?.();
    forgetGrace?.();
    tell();
    onEnd(controller.signal.aborted);
  };

  const read = async (): Promise<void> => {
    const { text, model: writer, format } = await write(controller.signal);
    model = writer;
    const stream = text[Symbol.asyncIterator]();
    let handedOn = false;
    try {
      const showing = renderer.streamRenderer(context, { length: plan.length, format, model });
      let enough = false;
      let done = false;
      while (!enough && !done && !controller.signal.aborted) {
        const next = await stream.next();
        if (controller.signal.aborted) return;
        if (next.done) done = true;
        else {
          enough = showing.write(next.value);
          hear(showing.suggestion());
          if (!enough) tell();
        }
      }
      if (!enough && plan.isTruncated) return;
      const { suggestion, rest, continues: goesOn } = showing.end(!done);
      answer = suggestion && toCompletion(context, suggestion);
      isWhole = true;
      handedOn = goesOn;
      tell();
      onCompletion(answer, { model, format, rest, stream: goesOn ? stream : undefined });
    } finally {
      // Not awaited: a socket that is slow to close is no reason to keep anybody waiting.
      if (!handedOn) void stream.return?.().catch(() => {});
    }
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
      return answer;
    },
    get hasEnded() {
      return ended;
    },
    get isAwaited() {
      return wanted;
    },
    suggestionAt,
    waitFor(now, signal) {
      wanted = true;
      this.keepAlive();
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          leave(waiter);
          resolve(undefined);
          if (waiting.size === 0) this.scheduleAbort();
        };
        const waiter: Waiter = { context: now, signal, resolve, reject, onAbort };
        if (signal.aborted) return onAbort();
        waiting.add(waiter);
        signal.addEventListener('abort', onAbort, { once: true });
        tell();
      });
    },
    scheduleAbort() {
      if (ended || waiting.size > 0) return;
      forgetGrace ??= clock.after(graceMs, abort);
    },
    keepAlive() {
      forgetGrace?.();
      forgetGrace = undefined;
    },
    abort,
  };
}

type Waiter = {
  readonly context: CompletionContext;
  readonly signal: AbortSignal;
  readonly resolve: (suggestion: Suggestion | undefined) => void;
  readonly reject: (error: unknown) => void;
  readonly onAbort: () => void;
};
