/** How long a keystroke waits before a model is asked: less the longer the model takes, more the more the user refuses. */
import type { Clock } from './clock.ts';
import type { CompletionContext } from './completion-context.ts';

export type Pace = {
  /** Milliseconds; 0: at once. */
  delayMs(situation: CompletionContext, known: Known): number;
  accepted(): void;
  rejected(): void;
};

export type Known = {
  /** What the model takes to its first text, in milliseconds: the user waits for that too. `null`: not known. */
  readonly usualMs: number | null;
  /** What the user waits between keystroke and text at the least, amid a line. */
  readonly debounceMs: number;
  /** The line has been asked about, and what was said led elsewhere. */
  readonly inVain: boolean;
};

const leastMs = 50;
const mostMs = 3_000;
/**
 * Where a line was guessed wrong: no model knows more after each letter, so the user has to stop. Few keys within a word are
 * so far apart, and nobody who waits for text minds it beside what other tools wait everywhere.
 */
const vainMs = 320;
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
    delayMs(situation, { usualMs, debounceMs, inVain }) {
      if (situation.trigger === 'asked' || (!inVain && startsLine(situation.before))) return 0;
      const factor = outcomes.reduce((product, { factor, at }) => product * factor ** weight(at), 1);
      // A model that was wrong about this line gets no start for being slow, nor for having been right elsewhere.
      const wanted = inVain ? Math.max(debounceMs, vainMs) * Math.max(1, factor) : debounceMs * factor;
      return Math.max(0, Math.min(mostMs, Math.max(leastMs, wanted)) - (inVain ? 0 : (usualMs ?? 0)));
    },
    accepted: () => note(onAccept),
    rejected: () => note(onReject),
  };
}

/** Nothing but indentation before the cursor. */
const startsLine = (before: string): boolean => before.slice(before.lastIndexOf('\n') + 1).trim() === '';
