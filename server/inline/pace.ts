/** How long a keystroke waits before a model is asked: less the longer the model takes, more the more the user refuses. */
import type { Clock } from './clock.ts';
import type { Situation } from './situation.ts';

export type Pace = {
  /** Milliseconds; 0: at once. */
  delayMs(situation: Situation, known: Known): number;
  accepted(): void;
  rejected(): void;
  /** Whether the user has taken lately what was offered. */
  readonly welcome: boolean;
};

export type Known = {
  /** What the model takes to its first text, in milliseconds: the user waits for that too. `null`: not known. */
  readonly usualMs: number | null;
  /** What the user waits between keystroke and text at the least, amid a line. */
  readonly debounceMs: number;
  /** How often the line has been asked about in vain. */
  readonly asked: number;
};

const leastMs = 50;
const mostMs = 3_000;
/** After which an outcome counts for nothing; until then it counts less and less. */
const rememberedMs = 600_000;
/** More than anybody accepts in ten minutes' work, and a bound. */
const mostOutcomes = 64;
const onReject = 1.5;
const onAccept = 0.8;

/** The factors are those of Copilot's next edit, and so is their decay. */
export function pace(clock: Clock): Pace {
  let outcomes: readonly { readonly factor: number; readonly at: number }[] = [];
  const note = (factor: number): void => {
    outcomes = [...outcomes.slice(1 - mostOutcomes), { factor, at: clock.now() }];
  };
  /** What is left of an outcome, 1 to 0. */
  const weight = (at: number): number => Math.max(0, 1 - (clock.now() - at) / rememberedMs);
  return {
    delayMs(situation, { usualMs, debounceMs, asked }) {
      if (situation.trigger === 'asked' || (asked === 0 && startsLine(situation.before))) return 0;
      const factor = outcomes.reduce((product, { factor, at }) => product * factor ** weight(at), 1);
      // A model that was wrong about this line gets no start for being slow, nor for having been right elsewhere.
      const wanted = asked === 0 ? debounceMs * factor : debounceMs * Math.max(1, factor) * onReject ** asked;
      return Math.max(0, Math.min(mostMs, Math.max(leastMs, wanted)) - (asked === 0 ? (usualMs ?? 0) : 0));
    },
    accepted: () => note(onAccept),
    rejected: () => note(onReject),
    get welcome() {
      const last = outcomes.at(-1);
      return last !== undefined && last.factor < 1 && weight(last.at) > 0;
    },
  };
}

/** Nothing but indentation before the cursor. */
const startsLine = (before: string): boolean => before.slice(before.lastIndexOf('\n') + 1).trim() === '';
