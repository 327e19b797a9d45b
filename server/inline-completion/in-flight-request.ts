/** One request under way: read as it comes, for everybody whose text still leads along it. Aborted once nobody's does. */
import type { ModelId } from '../../shared/chat.ts';
import { toRumboError } from '../../shared/errors.ts';
import type { Clock } from './clock.ts';
import { type Answer, answerOf, followFrom, typedOn } from './completion.ts';
import type { Origin } from './completion-cache.ts';
import type { CompletionContext, CompletionLength, Suggestion } from './completion-context.ts';
import type { Manner, Writing } from './generator.ts';
import type { Renderer } from './renderer.ts';

export type Course = {
  readonly situation: CompletionContext;
  readonly shape: CompletionLength;
  /** Who was chosen. */
  readonly asked: ModelId;
  readonly origin: Origin;
  /** How many answers of the same text came before this one. Absent: none. */
  readonly streak?: number;
  /** The text was cut off at its end by us: what is not whole by then is nothing. */
  readonly cut?: boolean;
};

export type FlightParts = {
  readonly show: Pick<Renderer, 'showing'>;
  readonly clock: Clock;
  /** Milliseconds from the first text to be shown until it is shown though more of it is to come. */
  readonly patienceMs: number;
  /**
   * It is whole: what comes after it is handed on, to be read by another or closed. Not called for what was aborted.
   * @param answer `undefined`: the model had nothing to say here
   */
  readonly whole: (answer: Answer | undefined, left: Left) => void;
  /** It is over, however it went. Called once, after the last who waited was told. */
  readonly over: (aborted: boolean) => void;
};

/** What a model has written, or is about to write, past the end of an answer. */
export type Left = {
  readonly model: ModelId;
  readonly manner: Manner;
  /** Raw text that has come already. */
  readonly rest: string;
  /** The remaining stream. `undefined`: it has ended. */
  readonly stream: AsyncIterator<string> | undefined;
};

export type Flight = Course & {
  /** When it was asked, on the clock. */
  readonly since: number;
  /** Who writes; the chosen one until somebody speaks. */
  readonly model: ModelId;
  /** As much as is known of it. */
  readonly answer: Answer | undefined;
  /** Nothing more will come of it. */
  readonly ended: boolean;
  /** Someone has waited for it: it is more than a guess about what will be wanted. */
  readonly wanted: boolean;
  /** What it has to say here now; `wait`: something may still come; `undefined`: nothing, it leads elsewhere. */
  says(situation: CompletionContext): Suggestion | 'wait' | undefined;
  /**
   * Resolves once there is something to show here; with `undefined` when there will be nothing, or the signal aborts.
   * Rejects with `RumboError` when the model fails.
   */
  wait(situation: CompletionContext, signal: AbortSignal): Promise<Suggestion | undefined>;
  /** The document has changed, or the last who waited went away: aborts unless somebody comes soon. */
  doubt(): void;
  /** Somebody has come. */
  trust(): void;
  /** Closes the socket. */
  abort(): void;
};

/**
 * Editors cancel the question of the last keystroke before they ask that of the next, which may well share its stream: so
 * long a stream lives with nobody waiting.
 */
export const graceMs = 100;

/** @param write asks; called at once */
export function flight(
  course: Course,
  write: (signal: AbortSignal) => Promise<Writing>,
  { show, clock, patienceMs, whole, over }: FlightParts,
): Flight {
  const { situation } = course;
  const controller = new AbortController();
  const since = clock.now();
  const waiting = new Set<Waiter>();
  let { asked: model } = course;
  let answer: Answer | undefined;
  let isWhole = false;
  let ended = false;
  let wanted = false;
  let patient = true;
  let failure: unknown;
  let forgetGrace: (() => void) | undefined;
  let forgetPatience: (() => void) | undefined;

  const says = (now: CompletionContext): Suggestion | 'wait' | undefined => {
    const hopeful = !isWhole && !ended;
    if (!answer) return hopeful && typedOn(situation, now) ? 'wait' : undefined;
    const left = followFrom(situation, answer, now);
    if (left === 'more') return hopeful ? 'wait' : undefined;
    return left;
  };

  const leave = (waiter: Waiter): void => {
    waiting.delete(waiter);
    waiter.signal.removeEventListener('abort', waiter.gone);
  };

  /** Something has happened: whoever need not wait any longer is told. */
  const tell = (): void => {
    let elsewhere = false;
    for (const waiter of waiting) {
      const said = says(waiter.situation);
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
    answer = answerOf(situation, said);
    forgetPatience ??= clock.after(patienceMs, () => {
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
    over(controller.signal.aborted);
  };

  const read = async (): Promise<void> => {
    const { text, model: writer, manner } = await write(controller.signal);
    model = writer;
    const stream = text[Symbol.asyncIterator]();
    let handedOn = false;
    try {
      const showing = show.showing(situation, { shape: course.shape, manner, model });
      let enough = false;
      let done = false;
      while (!enough && !done && !controller.signal.aborted) {
        const next = await stream.next();
        if (controller.signal.aborted) return;
        if (next.done) done = true;
        else {
          enough = showing.read(next.value);
          hear(showing.suggestion());
          if (!enough) tell();
        }
      }
      if (!enough && course.cut) return;
      const { suggestion, rest, goesOn } = showing.end(!done);
      answer = suggestion && answerOf(situation, suggestion);
      isWhole = true;
      handedOn = goesOn;
      tell();
      whole(answer, { model, manner, rest, stream: goesOn ? stream : undefined });
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
    ...course,
    since,
    get model() {
      return model;
    },
    get answer() {
      return answer;
    },
    get ended() {
      return ended;
    },
    get wanted() {
      return wanted;
    },
    says,
    wait(now, signal) {
      wanted = true;
      this.trust();
      return new Promise((resolve, reject) => {
        const gone = (): void => {
          leave(waiter);
          resolve(undefined);
          if (waiting.size === 0) this.doubt();
        };
        const waiter: Waiter = { situation: now, signal, resolve, reject, gone };
        if (signal.aborted) return gone();
        waiting.add(waiter);
        signal.addEventListener('abort', gone, { once: true });
        tell();
      });
    },
    doubt() {
      if (ended || waiting.size > 0) return;
      forgetGrace ??= clock.after(graceMs, abort);
    },
    trust() {
      forgetGrace?.();
      forgetGrace = undefined;
    },
    abort,
  };
}

type Waiter = {
  readonly situation: CompletionContext;
  readonly signal: AbortSignal;
  readonly resolve: (suggestion: Suggestion | undefined) => void;
  readonly reject: (error: unknown) => void;
  readonly gone: () => void;
};
