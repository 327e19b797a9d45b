/** How much a model of Anthropic thinks: by effort, or by tokens up to Claude 4.5. https://platform.claude.com/docs/en/build-with-claude/thinking */
import type { CompletionRequest } from '../../shared/chat.ts';
import type { AnthropicTurn } from './anthropic-content.ts';
import { alwaysThinks, anthropicEfforts, thinkingMode, thinksByDefault } from './anthropic-models.ts';
import { budgetOf, effortOf, nearestEffort } from './reasoning-efforts.ts';

type ReasoningFields = {
  /** Thinking included. */
  readonly maxTokens: number;
  /** Absent: the model's default. */
  readonly thinking?: object;
  readonly effort?: string;
};

/** Tokens: the smallest budget, the least that is left for the answer, and what every model with a budget can write. */
const minBudget = 1_024;
const minAnswer = 1_024;
const maxOutput = 32_000;

const adaptive = { type: 'adaptive', display: 'summarized' } as const;

type Situation = {
  readonly defaultMaxTokens: number;
  readonly messages: readonly AnthropicTurn[];
  /** A call is forced, which excludes thinking. */
  readonly isForced: boolean;
};

export function reasoningFields(
  model: string,
  { reasoning, maxOutputTokens }: CompletionRequest,
  { defaultMaxTokens, messages, isForced }: Situation,
): ReasoningFields {
  const maxTokens = maxOutputTokens ?? defaultMaxTokens;
  const effort = reasoning && effortOf(reasoning);
  const mode = thinkingMode(model);
  if (effort === undefined || mode === 'none')
    return { maxTokens, ...(thinksByDefault(model) ? { thinking: adaptive } : {}) };
  if (mode === 'budget') {
    const wanted = Math.max(minBudget, budgetOf(reasoning ?? {}) ?? 0);
    const limit = maxOutputTokens ?? Math.min(defaultMaxTokens + wanted, maxOutput);
    const budget = Math.min(wanted, limit - minAnswer);
    if (effort === 'none' || isForced || budget < minBudget || hasUnsignedCall(messages))
      return { maxTokens };
    return { maxTokens: limit, thinking: { type: 'enabled', budget_tokens: budget } };
  }
  if (effort === 'none' && !alwaysThinks(model))
    return { maxTokens, ...(thinksByDefault(model) ? { thinking: { type: 'disabled' } } : {}) };
  const nearest = nearestEffort(anthropicEfforts(model), effort);
  // A call that must be made excludes thinking, where that is not the model's default.
  const thinks = !isForced || thinksByDefault(model);
  return { maxTokens, ...(thinks ? { thinking: adaptive } : {}), ...(nearest ? { effort: nearest } : {}) };
}

/** While its calls are being answered, a turn must begin with its thinking; one of another model has none. */
function hasUnsignedCall(messages: readonly AnthropicTurn[]): boolean {
  const last = messages.findLast(({ role }) => role === 'assistant');
  if (!last || typeof last.content === 'string') return false;
  const [first] = last.content;
  const isThought = first?.type === 'thinking' || first?.type === 'redacted_thinking';
  return !isThought && last.content.some(({ type }) => type === 'tool_use');
}
