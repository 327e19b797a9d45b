/** All requests under way. What the user waits for goes before what is only guessed at: a local engine often has one slot. */

import type { Clock } from './clock.ts';
import { type Answer, leadsTo, whenAccepted } from './completion.ts';
import type { CompletionContext } from './completion-context.ts';
import type { Generator, Writing } from './generator.ts';
import { type Course, type Flight, flight, type Left } from './in-flight-request.ts';
import type { Renderer } from './renderer.ts';

export type FlightsParts = {
  readonly writer: Pick<Generator, 'write'>;
  readonly show: Renderer;
  readonly clock: Clock;
  readonly patienceMs: () => number;
  /** A model has said all it had to say. */
  readonly answered: (course: Course, answer: Answer | undefined, left: Left) => void;
  /** One of this document has come to its end and was not aborted. */
  readonly over: (uri: string) => void;
};

export type Flights = {
  /** Asks. For `model`, whatever nobody waits for gives way. */
  start(course: Course): Flight;
  /** Reads on where an answer ended, for the place after it. @param further whether more may be read than what has come already */
  goOn(course: Course, answer: Answer, left: Left, further: boolean): void;
  /** One that has something for this place, or may have. */
  serving(situation: CompletionContext): Flight | undefined;
  /** Whether anything of this document is under way. */
  busy(uri: string): boolean;
  /** This is where the user is now: what leads elsewhere is aborted. */
  look(situation: CompletionContext): void;
  /** The document has changed; where the user is will be heard in a moment, or not at all. */
  doubt(uri: string): void;
  /** @param uri absent: all */
  abort(uri?: string): void;
};

export function flights({ writer, show, clock, patienceMs, answered, over }: FlightsParts): Flights {
  const all = new Set<Flight>();
  const of = (uri: string): Flight[] => [...all].filter(({ situation }) => situation.uri === uri);

  const launch = (course: Course, write: (signal: AbortSignal) => Promise<Writing>): Flight => {
    const launched: Flight = flight(course, write, {
      show,
      clock,
      patienceMs: patienceMs(),
      whole: (answer, left) => answered(course, answer, left),
      over(aborted) {
        all.delete(launched);
        if (!aborted) over(course.situation.uri);
      },
    });
    all.add(launched);
    return launched;
  };

  return {
    start(course) {
      if (course.origin === 'model') for (const other of all) if (!other.wanted) other.abort();
      return launch(course, (signal) => writer.write(course.situation, course.shape, signal));
    },
    goOn(course, answer, { model, manner, rest, stream }, further) {
      // What a chat model says further on is framed as a chat; `rest` is out of its frame.
      const readOn = further && manner === 'fill';
      if (stream && !readOn) void stream.return?.().catch(() => {});
      if (rest.trim() === '' && !(stream && readOn)) return;
      const situation = whenAccepted(course.situation, answer);
      const cut = course.cut === true || (stream !== undefined && !readOn);
      const text = joined(rest, readOn ? stream : undefined);
      const next: Course = { ...course, situation, shape: 'block', origin: 'streak', cut };
      launch(next, async () => ({ model, manner: 'fill', text }));
    },
    serving: (situation) => of(situation.uri).find((one) => !one.ended && one.says(situation) !== undefined),
    busy: (uri) => of(uri).length > 0,
    look(situation) {
      for (const one of of(situation.uri)) {
        const guess = !one.wanted && leadsTo(one.situation, situation);
        if (guess || one.says(situation) !== undefined) one.trust();
        else one.abort();
      }
    },
    doubt(uri) {
      for (const one of of(uri)) one.doubt();
    },
    abort(uri) {
      for (const one of uri === undefined ? [...all] : of(uri)) one.abort();
    },
  };
}

/** What has come, then what comes. */
function joined(rest: string, stream: AsyncIterator<string> | undefined): AsyncIterable<string> {
  let first: string | undefined = rest === '' ? undefined : rest;
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        const value = first;
        first = undefined;
        if (value !== undefined) return Promise.resolve({ done: false, value });
        return stream?.next() ?? Promise.resolve({ done: true, value: undefined });
      },
      return: () => stream?.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    }),
  };
}
