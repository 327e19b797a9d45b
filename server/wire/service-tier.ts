/**
 * The tier in which a service reports it worked, which changes the price. OpenAI and its copies
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

/** Empty for the default tier (`default`, `standard`, `on_demand`, `auto`). */
export function serviceTierField(reported: unknown): { serviceTier?: ServiceTier } {
  const serviceTier = typeof reported === 'string' ? tiers[reported] : undefined;
  return serviceTier ? { serviceTier } : {};
}
