/** How many tokens of ghost text a model reads and generates. */
import type { Model } from '../../shared/models.ts';
import type { CompletionLength } from './completion-context.ts';
import { tokenBudgetsFor } from './context/prefix-and-suffix.ts';

/** Upper limits of a completion in tokens: text after the first statements is rarely useful. */
export const maxCompletionTokens: Readonly<Record<CompletionLength, number>> = { line: 64, block: 256 };

/** Tokens of a prompt besides its texts, at most: chat instructions, the words of a template. */
export const promptOverheadTokens = 600;

/** Tokens of the largest prompt for this model. */
export function promptTokenLimit({ contextTokens, source }: Pick<Model, 'contextTokens' | 'source'>): number {
  const { prefix, suffix, snippets } = tokenBudgetsFor({
    contextTokens,
    outputTokens: maxCompletionTokens.block,
    private: source === 'local',
  });
  return prefix + suffix + snippets;
}

/** Tokens of a suggestion, as far as measurements say nothing else. */
export const usualOutputTokens = { low: 8, typical: 30, high: 100 };
