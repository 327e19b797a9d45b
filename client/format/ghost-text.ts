/** Ghost text in the user interface: its state, candidate models with prices, and the confirmation before it is enabled. Pure. */
import type { InlineCandidate, InlineState } from '../../shared/inline.ts';
import type { Receipt } from '../../shared/receipts.ts';
import { receiptLine, takeoverWarning, truncationWarning } from './receipt.ts';
import { formatCount, formatDollars, formatDuration, oneLine } from './text.ts';

/** A line of the status bar's tooltip. */
export function ghostTextLine({ state, reason, models, today }: InlineState): string {
  const usage = todaySummary(today);
  switch (state) {
    case 'off':
      return 'Ghost text: off';
    case 'paused':
      return `Ghost text: paused in this window${usage}`;
    case 'no-model':
      return `Ghost text: no model is available. ${reason ?? ''}`.trim();
    case 'on': {
      const [first, ...others] = models;
      const more = others.length > 0 ? `, ${others.length} more available` : '';
      return `Ghost text: ${first ? `${first}${more}` : 'on'}${usage}`;
    }
  }
}

function todaySummary({ offered, accepted, costUsd }: InlineState['today']): string {
  if (offered === 0) return '';
  const cost = costUsd === null ? 'some of unknown price' : costUsd === 0 ? 'free' : formatDollars(costUsd);
  return `; today ${formatCount(offered)} shown, ${formatCount(accepted)} accepted, ${cost}`;
}

/** `free · 0.24 s`, `$0.12 per 1,000 suggestions`. */
export const candidateLine = ({ usdPerThousand, usualMs }: InlineCandidate): string =>
  [candidatePrice(usdPerThousand), usualMs === null ? '' : `usually ${formatDuration(usualMs)}`]
    .filter(Boolean)
    .join(' · ');

function candidatePrice(usdPerThousand: number | null): string {
  if (usdPerThousand === null) return 'price unknown';
  return usdPerThousand === 0 ? 'free' : `about ${formatDollars(usdPerThousand)} per 1,000 suggestions`;
}

/** A hint for choosing this model. Empty: none. */
export const candidateDetail = ({ usable, reason, mode }: InlineCandidate): string => {
  if (!usable && reason) return oneLine(reason);
  return mode === 'chat' ? 'Chat model: its completions are slower and less accurate.' : '';
};

/** The confirmation before ghost text is enabled: which models, at what cost, and which files they get. */
export function turnOnQuestion(candidates: readonly InlineCandidate[]): { message: string; detail: string } {
  const writers = candidates.filter(({ allowed, usable }) => allowed && usable);
  const [own, cloud] = (['local', 'api'] as const).map((source) =>
    writers.filter((each) => each.source === source),
  ) as [InlineCandidate[], InlineCandidate[]];
  const never =
    'Files that hold keys, such as .env, and files that match rumbo.inline.exclude are never sent.';
  if (writers.length === 0) {
    const unusable = candidates.find(({ allowed, reason }) => allowed && reason);
    const why = unusable ? ` ${unusable.model}: ${unusable.reason}` : '';
    return {
      message: 'Turn ghost text on? No model is available yet.',
      detail: `Local models are free: start an engine, or download a model with “Pull Local Model”. A cloud model is used only when you select it under “Choose Models”.${why}`,
    };
  }
  return {
    message: 'Turn ghost text on?',
    detail: [
      ...(own.length > 0
        ? [`${modelNames(own)} on your machines will suggest code while you type, for free.`]
        : []),
      ...cloud.map(
        (each) => `${each.model} in the cloud will suggest code while you type: ${candidateLine(each)}.`,
      ),
      cloud.length > 0
        ? `The text around the cursor and parts of open files are sent to ${cloud.map(({ model }) => model).join(', ')} while you type.`
        : 'The text around the cursor and parts of open files are sent there; nothing is sent to a cloud service.',
      cloud.length > 0
        ? `${never} Files that match rumbo.privacy.localOnly are sent to your own models only.`
        : never,
    ].join('\n\n'),
  };
}

/** `lab/small`, `lab/small and 2 more models`. */
const modelNames = ([first, ...others]: readonly InlineCandidate[]): string => {
  if (!first || others.length === 0) return String(first?.model);
  return `${first.model} and ${others.length === 1 ? '1 more model' : `${others.length} more models`}`;
};

/**
 * The status-bar item of a preview that has stopped streaming.
 * @param receipt absent: the answer was interrupted
 */
export function previewLine(receipt: Receipt | undefined): { text: string; tooltip: string } {
  const incomplete = receipt ? truncationWarning(receipt) : 'The answer was interrupted and is incomplete.';
  const lines = [
    receipt && receiptLine(receipt),
    incomplete,
    receipt && takeoverWarning(receipt),
    receipt?.note,
  ];
  return {
    text: `${incomplete ? '$(warning) Rumbo: incomplete' : '$(sparkle) Rumbo'}: Tab to accept, Esc to discard`,
    tooltip: lines.flatMap((line) => (line ? [oneLine(line)] : [])).join('\n'),
  };
}
