/** Measures one answer while it streams: its text, the time of its first text, its usage. */
import { type EnginePart, type FinishReason, noUsage, type Usage } from '../../shared/chat.ts';

export type AnswerMeasurement = {
  readonly text: string;
  /** Milliseconds on the given clock. `null`: no text arrived. */
  readonly firstTokenAt: number | null;
  readonly usage: Usage;
  /** `true`: the service did not report usage, and it is an estimate. */
  readonly usageEstimated: boolean;
  readonly reason: FinishReason;
  /** Events of the stream that could not be parsed and were skipped. */
  readonly skipped: number;
};

/**
 * @param promptTokens estimated tokens of the prompt, used when the service does not report usage
 * @param estimate tokens of a text
 */
export function meter(promptTokens: number, estimate: (text: string) => number, now: () => number) {
  let text = '';
  let reasoning = '';
  let firstTokenAt: number | null = null;
  let usage: Usage | undefined;
  let reason: FinishReason = 'other';
  let skipped = 0;
  return {
    observe(part: EnginePart): void {
      if (part.type === 'text-delta') {
        firstTokenAt ??= now();
        text += part.text;
      } else if (part.type === 'reasoning-delta') {
        reasoning += part.text;
      } else if (part.type === 'text-retraction') {
        // It follows as reasoning.
        text = '';
        firstTokenAt = null;
      } else if (part.type === 'finish') {
        reason = part.reason;
        usage = part.usage;
        skipped = part.skipped ?? 0;
      }
    },
    result(): AnswerMeasurement {
      const total =
        usage ?? estimated(promptTokens, estimate(text), reasoning === '' ? 0 : estimate(reasoning));
      return { text, firstTokenAt, usage: total, usageEstimated: usage === undefined, reason, skipped };
    },
  };
}

const estimated = (input: number, answer: number, reasoning: number): Usage => ({
  ...noUsage,
  input,
  output: answer + reasoning,
  reasoning,
});
