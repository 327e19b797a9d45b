/** What services and gateways say that an answer did cost, in US dollars. */
import { isObject } from './json-fields.ts';

/** xAI: 1 US dollar is 10^10 ticks. https://docs.x.ai/docs/api-reference */
const ticksPerUsd = 10_000_000_000;
/** US dollars above which a report is an error: no answer costs as much. */
const maxUsd = 10_000;

/**
 * The cost in a report of usage, in every place known: OpenRouter and LiteLLM (`cost`), Perplexity (`cost.total_cost`),
 * DeepInfra (`estimated_cost`), TensorZero (`tensorzero_cost`), xAI. `undefined`: none, zero or unreadable; a zero is often a placeholder.
 * https://openrouter.ai/docs/use-cases/usage-accounting
 */
export function reportedCost(report: Readonly<Record<string, unknown>>): number | undefined {
  const { cost } = report;
  const named = isObject(cost) ? (cost['total_cost'] ?? cost['total']) : cost;
  const usd =
    toUsd(named) ??
    toUsd(report['cost_usd']) ??
    toUsd(report['total_cost']) ??
    toUsd(report['totalCost']) ??
    toUsd(report['estimated_cost']) ??
    toUsd(report['tensorzero_cost']);
  // With a key of the user's own at the upstream, OpenRouter's cost is its fee alone.
  const details = report['cost_details'];
  const upstream =
    report['is_byok'] === true && isObject(details) ? toUsd(details['upstream_inference_cost']) : undefined;
  if (usd !== undefined || upstream !== undefined) return (usd ?? 0) + (upstream ?? 0);
  const ticks = report['cost_in_usd_ticks'];
  return typeof ticks === 'number' ? toUsd(ticks / ticksPerUsd) : undefined;
}

/** Dollars above zero from a number or its text (`0.0012`, `$0.0012`); `undefined` for anything else. */
export function toUsd(value: unknown): number | undefined {
  const usd =
    typeof value === 'string' && /^\$?(?:\d+(?:\.\d+)?|\.\d+)(?:e-?\d+)?$/i.test(value.trim())
      ? Number(value.replace('$', ''))
      : value;
  return typeof usd === 'number' && usd > 0 && usd <= maxUsd ? usd : undefined;
}
