/** The reasoning efforts of OpenAI's models. https://platform.openai.com/docs/guides/reasoning */
import type { ReasoningEffort } from '../../shared/chat.ts';
import { nearestEffort } from './reasoning-efforts.ts';

/** The nearest that the model has. `undefined`: it does not reason, or is not known to. */
export function openaiEffort(model: string, effort: ReasoningEffort): ReasoningEffort | undefined {
  const levels = effortLevels(model);
  return levels && nearestEffort(levels, effort);
}

function effortLevels(model: string): readonly ReasoningEffort[] | undefined {
  if (/^gpt-(?:5\.[1-9]|[6-9])/.test(model)) return ['none', 'low', 'medium', 'high', 'xhigh'];
  if (/^gpt-5/.test(model)) return ['minimal', 'low', 'medium', 'high'];
  return /^(?:o\d|codex-)/.test(model) ? ['low', 'medium', 'high'] : undefined;
}
