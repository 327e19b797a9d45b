/** How long a keystroke waits before a request is sent: the slower the model the shorter, the more rejections the longer. */
import type { Clock } from './clock.ts';
import type { CompletionContext } from './completion-context.ts';

export type Debounce = {
  /** Milliseconds; 0: send the request at once. */
  delayMs(context: CompletionContext, input: DebounceInput): number;
  accepted(): void;
  rejected(): void;
  /** Forgets what was accepted and rejected. */
  reset(): void;
};

export type DebounceInput = {
  /** Milliseconds until the model's first text, which the user waits for too. `null`: not known. */
  readonly usualMs: number | null;
  /** The shortest wait between keystroke and text in the middle of a line, in milliseconds. */
  readonly debounceMs: number;
  /** This line was requested before, and the user typed something else than the completion. */
  readonly isRepeatedLine: boolean;
};

const minMs = 50;
const maxMs = 3_000;
/**
 * For a line whose completion was wrong: a model does not know more after each letter, so the user has to pause. Few keys
 * within a word are so far apart, and other tools wait as long for every keystroke.
 */
const repeatedLineMs = 320;
/** The weight of an accept or a rejection falls linearly to 0 over this time. */
const outcomeLifetimeMs = 600_000;
/** More than a user accepts in ten minutes' work, and a bound. */
const maxOutcomes = 64;
const rejectFactor = 1.5;
const acceptFactor = 0.8;

/** The factors and their decay are those of Copilot's next edit suggestions. */
export function debounce(clock: Clock): Debounce {
  let outcomes: readonly { readonly factor: number; readonly at: number }[] = [];
  const add = (factor: number): void => {
    outcomes = [...outcomes.slice(1 - maxOutcomes), { factor, at: clock.now() }];
  };
  /** The remaining weight of an outcome, 1 to 0. */
  const weight = (at: number): number => Math.max(0, 1 - (clock.now() - at) / outcomeLifetimeMs);
  return {
    delayMs(context, { usualMs, debounceMs, isRepeatedLine }) {
      if (context.trigger === 'invoked' || (!isRepeatedLine && startsLine(context.before))) return 0;
      const factor = outcomes.reduce((product, { factor, at }) => product * factor ** weight(at), 1);
      // A model that was wrong about this line gets no credit for being slow, nor for accepts in other lines.
      const wanted = isRepeatedLine
        ? Math.max(debounceMs, repeatedLineMs) * Math.max(1, factor)
        : debounceMs * factor;
      return Math.max(0, Math.min(maxMs, Math.max(minMs, wanted)) - (isRepeatedLine ? 0 : (usualMs ?? 0)));
    },
    accepted: () => add(acceptFactor),
    rejected: () => add(rejectFactor),
    reset() {
      outcomes = [];
    },
  };
}

/** Only indentation is before the cursor. */
const startsLine = (before: string): boolean => before.slice(before.lastIndexOf('\n') + 1).trim() === '';
