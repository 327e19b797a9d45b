/** How ghost text is doing, as one value. */
import type { ModelId } from '../../shared/chat.ts';
import type { InlineState } from '../../shared/inline.ts';
import type { InlineCounts } from '../metrics/inline-usage.ts';
import type { Eligibility, ModelRanking } from './rank-models.ts';

export type InlineStateInput = {
  readonly isEnabled: boolean;
  readonly paused: boolean;
  /** Who would write in any file; asked for only while it is on. */
  readonly choices: () => ModelRanking;
  /** Why there is none in the document that was last looked at, one sentence. */
  readonly notHere: string | undefined;
  readonly today: ReadonlyMap<ModelId, InlineCounts>;
};

export function inlineStateOf({
  isEnabled,
  paused,
  choices,
  notHere,
  today: counts,
}: InlineStateInput): InlineState {
  const today = sumOf(counts);
  if (!isEnabled) return { state: 'off', models: [], today };
  if (paused) return { state: 'paused', models: [], today };
  const { ranked, eligibility } = choices();
  if (ranked.length === 0) return { state: 'nobody', reason: whyNobody(eligibility), models: [], today };
  const models = ranked.map(({ model }) => model.id);
  return { state: 'on', ...(notHere === undefined ? {} : { reason: notHere }), models, today };
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
function whyNobody(judged: readonly Eligibility[]): string {
  const barred = judged.find(({ isAllowed, isUsable }) => isAllowed && !isUsable);
  if (barred) return `${barred.model.id}: ${barred.reason}`;
  return judged.some(({ isAllowed }) => !isAllowed)
    ? 'No local model is there, and rumbo.inline.models allows no other.'
    : 'No model is there.';
}
