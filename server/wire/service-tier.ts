/**
 * How urgently a service says it worked, which changes the price. OpenAI and its copies
 * https://developers.openai.com/api/docs/guides/priority-processing, Anthropic
 * https://platform.claude.com/docs/en/api/service-tiers
 */
import type { ServiceTier } from '../../shared/chat.ts';

const tiers: Readonly<Record<string, ServiceTier>> = {
  batch: 'batch',
  flex: 'flex',
  priority: 'priority',
  fast: 'priority',
};

/** Nothing where it worked as usual (`default`, `standard`, `on_demand`, `auto`). */
export function serviceTierField(told: unknown): { serviceTier?: ServiceTier } {
  const serviceTier = typeof told === 'string' ? tiers[told] : undefined;
  return serviceTier ? { serviceTier } : {};
}
