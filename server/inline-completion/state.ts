/** The state of ghost text that `rumbo/status` reports. */
import type { ModelId } from '../../shared/chat.ts';
import type { InlineState } from '../../shared/inline.ts';
import type { InlineCounts } from '../metrics/inline-usage.ts';
import type { Eligibility, ModelRanking } from './rank-models.ts';

export type InlineStateInput = {
  readonly isEnabled: boolean;
  readonly isPaused: boolean;
  /** The models for a file without restrictions; called only while ghost text is on. */
  readonly ranking: () => ModelRanking;
  /** Why the document that the user viewed last has no ghost text, one sentence. Absent: it has. */
  readonly unavailableReason: string | undefined;
  readonly today: ReadonlyMap<ModelId, InlineCounts>;
};

export function inlineStateOf(input: InlineStateInput): InlineState {
  const { isEnabled, isPaused, unavailableReason } = input;
  const today = sumOf(input.today);
  if (!isEnabled) return { state: 'off', models: [], today };
  if (isPaused) return { state: 'paused', models: [], today };
  const { ranked, eligibility } = input.ranking();
  if (ranked.length === 0) return { state: 'no-model', reason: whyNoModel(eligibility), models: [], today };
  const models = ranked.map(({ model }) => model.id);
  const reason = unavailableReason === undefined ? {} : { reason: unavailableReason };
  return { state: 'on', ...reason, models, today };
}

function sumOf(counts: ReadonlyMap<ModelId, InlineCounts>): InlineState['today'] {
  let [offered, accepted, costUsd, unknownPrice] = [0, 0, 0, 0];
  for (const each of counts.values()) {
    offered += each.offered;
    accepted += each.accepted;
    costUsd += each.costUsd;
    unknownPrice += each.unknownPrice;
  }
  return { offered, accepted, costUsd: unknownPrice > 0 ? null : costUsd };
}

/** One sentence. */
function whyNoModel(eligibility: readonly Eligibility[]): string {
  const unusable = eligibility.find(({ isAllowed, isUsable }) => isAllowed && !isUsable);
  if (unusable) return `${unusable.model.id}: ${unusable.reason}`;
  return eligibility.some(({ isAllowed }) => !isAllowed)
    ? 'No local model is available, and rumbo.inline.models allows no other.'
    : 'No model is available.';
}
