/** Reasoning efforts: the nearest that a model has to what a request asks for. */
import { type ReasoningEffort, type ReasoningOptions, reasoningEfforts } from '../../shared/chat.ts';

/** Tokens of thinking that each effort stands for, where a service has only one of the two. */
const budgets: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 512,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_768,
  max: 65_536,
};

/** @param levels that the model has, from the lowest; of two that are equally near the higher one is used */
export function nearestEffort<Level extends ReasoningEffort>(
  levels: readonly Level[],
  effort: ReasoningEffort,
): Level | undefined {
  const wanted = reasoningEfforts.indexOf(effort);
  const distance = (level: Level): number => Math.abs(reasoningEfforts.indexOf(level) - wanted);
  // “None” stays none where the model has it; it is never the nearest to some thinking.
  const some = effort === 'none' ? levels : levels.filter((level) => level !== 'none');
  return (some.length > 0 ? some : levels)
    .toReversed()
    .reduce<Level | undefined>(
      (best, level) => (best === undefined || distance(level) < distance(best) ? level : best),
      undefined,
    );
}

/** The effort that a request asks for, by name or by its budget. `undefined`: neither. */
export function effortOf({ effort, budgetTokens }: ReasoningOptions): ReasoningEffort | undefined {
  if (effort !== undefined || budgetTokens === undefined) return effort;
  return reasoningEfforts.find((each) => budgets[each] >= budgetTokens) ?? 'max';
}

/** The tokens of thinking that a request asks for, by its budget or by name. `undefined`: neither. */
export const budgetOf = ({ effort, budgetTokens }: ReasoningOptions): number | undefined =>
  budgetTokens ?? (effort === undefined ? undefined : budgets[effort]);
