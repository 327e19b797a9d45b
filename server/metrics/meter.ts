/** Measures one answer while it streams: its text, the time of its first text, its usage. */
import { type EnginePart, type FinishReason, noUsage, type Usage } from '../../shared/chat.ts';

export type AnswerMeasurement = {
  readonly text: string;
  /** Milliseconds on the given clock. `null`: no text arrived. */
  readonly firstTokenAt: number | null;
  readonly usage: Usage;
  /** `true`: the service reported no usage, or one that cannot be true, and part of it is an estimate. */
  readonly usageEstimated: boolean;
  readonly reason: FinishReason;
  /** The model that a gateway answered with instead. Absent: the requested one. */
  readonly servedBy?: string;
};

/** A report of the output under this share of our estimate is a placeholder; no tokenizer differs as much. */
const minPlausibleShare = 1 / 20;
/** Estimated tokens from which a report is doubted: estimates of a few words are vague. */
const minDoubtedTokens = 64;

/**
 * @param promptTokens estimated tokens of the prompt, used when the service does not report them
 * @param estimate tokens of a text
 */
export function meter(promptTokens: number, estimate: (text: string) => number, now: () => number) {
  let text = '';
  let reasoning = '';
  let calls = '';
  let firstTokenAt: number | null = null;
  let finish: Extract<EnginePart, { type: 'finish' }> | undefined;
  const tokensOf = (written: string): number => (written === '' ? 0 : estimate(written));
  return {
    observe(part: EnginePart): void {
      if (part.type === 'text-delta') {
        firstTokenAt ??= now();
        text += part.text;
      } else if (part.type === 'reasoning-delta') {
        reasoning += part.text;
      } else if (part.type === 'tool-call') {
        calls += `${part.name} ${part.input}\n`;
      } else if (part.type === 'text-retraction') {
        // It follows as reasoning.
        text = '';
        firstTokenAt = null;
      } else {
        finish = part;
      }
    },
    result(): AnswerMeasurement {
      const thoughts = tokensOf(reasoning);
      const estimated: Usage = {
        ...noUsage,
        input: promptTokens,
        output: tokensOf(text) + tokensOf(calls) + thoughts,
        reasoning: thoughts,
      };
      const usage = plausibleUsage(finish ?? {}, estimated);
      const usageEstimated = usage !== finish?.usage;
      return {
        text,
        firstTokenAt,
        usage,
        usageEstimated,
        reason: finish?.reason ?? 'other',
        ...(finish?.servedBy === undefined ? {} : { servedBy: finish.servedBy }),
      };
    },
  };
}

/** The reported usage, with our estimate in place of what it lacks: a paid answer is never free because a report is empty. */
function plausibleUsage(
  { usage, totalTokens }: { readonly usage?: Usage; readonly totalTokens?: number },
  estimated: Usage,
): Usage {
  if (!usage) {
    if (totalTokens === undefined) return estimated;
    const input = Math.min(estimated.input, totalTokens);
    return { ...estimated, input, output: Math.max(estimated.output, totalTokens - input) };
  }
  const isDoubtful =
    estimated.output >= minDoubtedTokens && usage.output < estimated.output * minPlausibleShare;
  const output = usage.output === 0 || isDoubtful ? estimated.output : usage.output;
  const input = usage.input === 0 ? estimated.input : usage.input;
  return output === usage.output && input === usage.input ? usage : { ...usage, input, output };
}
