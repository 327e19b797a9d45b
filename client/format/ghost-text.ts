/** Ghost text in words: its state, who would write and at what price, and the question before it is switched on. Pure. */
import type { InlineCandidate, InlineState } from '../../shared/inline.ts';
import type { Receipt } from '../../shared/receipts.ts';
import { receiptLine, takeoverWarning, truncationWarning } from './receipt.ts';
import { formatCount, formatDollars, formatDuration, oneLine } from './text.ts';

/** A line of the status bar's tooltip. */
export function ghostTextLine({ state, reason, models, today }: InlineState): string {
  const written = todayWords(today);
  switch (state) {
    case 'off':
      return 'Ghost text: off';
    case 'paused':
      return `Ghost text: paused in this window${written}`;
    case 'no-model':
      return `Ghost text: no model can write. ${reason ?? ''}`.trim();
    case 'on': {
      const [first, ...others] = models;
      const more = others.length > 0 ? `, and ${others.length} more can` : '';
      return `Ghost text: ${first ? `${first} writes${more}` : 'on'}${written}`;
    }
  }
}

function todayWords({ offered, accepted, costUsd }: InlineState['today']): string {
  if (offered === 0) return '';
  const cost = costUsd === null ? 'some of unknown price' : costUsd === 0 ? 'free' : formatDollars(costUsd);
  return `; today ${formatCount(offered)} offered, ${formatCount(accepted)} accepted, ${cost}`;
}

/** `free · 0.24 s`, `$0.12 per 1,000 suggestions`. */
export const candidateLine = ({ usdPerThousand, usualMs }: InlineCandidate): string =>
  [priceOf(usdPerThousand), usualMs === null ? '' : `usually ${formatDuration(usualMs)}`]
    .filter(Boolean)
    .join(' · ');

function priceOf(usdPerThousand: number | null): string {
  if (usdPerThousand === null) return 'price unknown';
  return usdPerThousand === 0 ? 'free' : `about ${formatDollars(usdPerThousand)} per 1,000 suggestions`;
}

/** What is worth knowing before a model is chosen. Empty: nothing. */
export const candidateDetail = ({ usable, reason, mode }: InlineCandidate): string => {
  if (!usable && reason) return oneLine(reason);
  return mode === 'chat' ? 'Made for conversation: it writes, but slower and less exactly.' : '';
};

/** The question before ghost text is switched on: who writes, what it costs, and what is read. */
export function turnOnQuestion(candidates: readonly InlineCandidate[]): { message: string; detail: string } {
  const writers = candidates.filter(({ allowed, usable }) => allowed && usable);
  const [own, cloud] = (['local', 'api'] as const).map((source) =>
    writers.filter((each) => each.source === source),
  ) as [InlineCandidate[], InlineCandidate[]];
  const never = 'Files that hold keys, such as .env, and those of rumbo.inline.exclude are never read.';
  if (writers.length === 0) {
    const refused = candidates.find(({ allowed, reason }) => allowed && reason);
    const why = refused ? ` ${refused.model}: ${refused.reason}` : '';
    return {
      message: 'Turn ghost text on? No model can write yet.',
      detail: `A local model writes for free: start its engine, or fetch one with “Pull Local Model”. A cloud model writes only when you tick it under “Choose Models”.${why}`,
    };
  }
  return {
    message: 'Turn ghost text on?',
    detail: [
      ...(own.length > 0 ? [`${names(own)} of your own will write while you type, for free.`] : []),
      ...cloud.map((each) => `${each.model} in the cloud will write while you type: ${candidateLine(each)}.`),
      cloud.length > 0
        ? `The text around the cursor and parts of files you have open go to ${cloud.map(({ model }) => model).join(', ')} while you type.`
        : 'The text around the cursor and parts of files you have open go there; nothing goes to a cloud service.',
      cloud.length > 0 ? `${never} Those of rumbo.privacy.localOnly stay with your own models.` : never,
    ].join('\n\n'),
  };
}

/** `lab/small`, `lab/small and 2 more models`. */
const names = ([first, ...others]: readonly InlineCandidate[]): string => {
  if (!first || others.length === 0) return String(first?.model);
  return `${first.model} and ${others.length === 1 ? '1 more model' : `${others.length} more models`}`;
};

/**
 * What is said of a preview that nobody writes on.
 * @param receipt absent: it broke off
 */
export function previewLine(receipt: Receipt | undefined): { text: string; tooltip: string } {
  const incomplete = receipt ? truncationWarning(receipt) : 'It broke off and is not whole.';
  const lines = [
    receipt && receiptLine(receipt),
    incomplete,
    receipt && takeoverWarning(receipt),
    receipt?.note,
  ];
  return {
    text: `${incomplete ? '$(warning) Rumbo: not whole' : '$(sparkle) Rumbo'}: Tab keeps it, Esc drops it`,
    tooltip: lines.flatMap((line) => (line ? [oneLine(line)] : [])).join('\n'),
  };
}
