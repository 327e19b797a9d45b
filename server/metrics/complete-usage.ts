/** Completes what a service reports of an answer's tokens: what it left out, or cannot be true, is estimated. */
import { noUsage, type PartialUsage, type Usage } from '../../shared/chat.ts';

/** Our own estimates, in tokens. */
export type UsageEstimate = {
  /** Of the prompt. */
  readonly input: number;
  /** Of all that the model wrote: text, reasoning and tool calls. */
  readonly output: number;
  /** Of the reasoning in it. */
  readonly reasoning: number;
};

export type CompletedUsage = {
  readonly usage: Usage;
  /** Some of it is an estimate. */
  readonly usageEstimated: boolean;
};

/** No tokenizer packs a text so well that it has fewer tokens than this share of the estimate. */
const minOutputShare = 0.05;
/** The same for a prompt, of which pictures count up to twelve times less than estimated and an engine may cut most. */
const minInputShare = 0.02;

/** @param reported absent: the service reported nothing */
export function completeUsage(reported: PartialUsage | undefined, estimate: UsageEstimate): CompletedUsage {
  const { total = 0, input: reportedInput, output: reportedOutput, ...parts } = reported ?? {};
  let input = isBelievable(reportedInput, estimate.input * minInputShare) ? reportedInput : undefined;
  const hasOutput = isBelievable(reportedOutput, estimate.output * minOutputShare);
  const output = hasOutput ? reportedOutput : estimate.output;
  const usageEstimated = input === undefined || !hasOutput;
  // Only the sum is known: the answer is what was received, the prompt the rest.
  if (input === undefined && total > output) input = total - output;
  input ??= estimate.input;
  const cachedRead = Math.min(parts.cachedRead ?? 0, input);
  const usage = {
    ...noUsage,
    ...parts,
    input,
    cachedRead,
    cacheWrite: Math.min(parts.cacheWrite ?? 0, input - cachedRead),
    output,
    reasoning: Math.min(hasOutput ? (parts.reasoning ?? 0) : estimate.reasoning, output),
  };
  return { usage, usageEstimated };
}

/** A zero is right only where there is nothing to count. */
const isBelievable = (count: number | undefined, min: number): count is number =>
  count !== undefined && count >= min;

/** The tokens of several tries together; what one of them cost is no longer in it. */
export function sumUsage(usages: readonly Usage[]): Usage {
  const [only] = usages;
  if (usages.length === 1 && only) return only;
  const sumOf = (field: 'input' | 'cachedRead' | 'cacheWrite' | 'output' | 'reasoning'): number =>
    usages.reduce((sum, each) => sum + each[field], 0);
  return {
    input: sumOf('input'),
    cachedRead: sumOf('cachedRead'),
    cacheWrite: sumOf('cacheWrite'),
    output: sumOf('output'),
    reasoning: sumOf('reasoning'),
  };
}
