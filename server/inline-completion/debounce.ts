/** How long a keystroke waits before a model is asked: less the longer the model takes, more the more the user refuses. */
import type { Clock } from './clock.ts';
import type { CompletionContext } from './completion-context.ts';

export type Debounce = {
  /** Milliseconds; 0: at once. */
  delayMs(context: CompletionContext, known: DebounceInput): number;
  accepted(): void;
  rejected(): void;
};

export type DebounceInput = {
  /** What the model takes to its first text, in milliseconds: the user waits for that too. `null`: not known. */
  readonly usualMs: number | null;
  /** What the user waits between keystroke and text at the least, amid a line. */
  readonly debounceMs: number;
  /** The line has been asked about, and what was said led elsewhere. */
  readonly isRepeatedLine: boolean;
};

const minMs = 50;
const maxMs = 3_000;
/**
 * Where a line was guessed wrong: no model knows more after each letter, so the user has to stop. Few keys within a word are
 * so far apart, and nobody who waits for text minds it beside what other tools wait everywhere.
 */
const repeatedLineMs = 320;
/** After which an outcome counts for nothing; until then it counts less and less. */
const outcomeLifetimeMs = 600_000;
/** More than anybody accepts in ten minutes' work, and a bound. */
const maxOutcomes = 64;
const rejectFactor = 1.5;
const acceptFactor = 0.8;

/** The factors are those of Copilot's next edit, and so is their decay. */
export function debounce(clock: Clock): Debounce {
  let outcomes: readonly { readonly factor: number; readonly at: number }[] = [];
  const note = (factor: number): void => {
    outcomes = [...outcomes.slice(1 - maxOutcomes), { factor, at: clock.now() }];
  };
  /** What is left of an outcome, 1 to 0. */
  const weight = (at: number): number => Math.max(0, 1 - (clock.now() - at) / outcomeLifetimeMs);
  return {
    delayMs(context, { usualMs, debounceMs, isRepeatedLine }) {
      if (context.trigger === 'invoked' || (!isRepeatedLine && startsLine(context.before))) return 0;
      const factor = outcomes.reduce((product, { factor, at }) => product * factor ** weight(at), 1);
      // A model that was wrong about this line gets no start for being slow, nor for having been right elsewhere.
      const wanted = isRepeatedLine
        ? Math.max(debounceMs, repeatedLineMs) * Math.max(1, factor)
        : debounceMs * factor;
      return Math.max(0, Math.min(maxMs, Math.max(minMs, wanted)) - (isRepeatedLine ? 0 : (usualMs ?? 0)));
    },
    accepted: () => note(acceptFactor),
    rejected: () => note(rejectFactor),
  };
}

/** Nothing but indentation before the cursor. */
const startsLine = (before: string): boolean => before.slice(before.lastIndexOf('\n') + 1).trim() === '';
