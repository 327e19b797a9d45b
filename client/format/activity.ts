/** A receipt in the Activity view: its line, icon and tooltip. Pure. */
import type { Receipt } from '../../shared/receipts.ts';
import { roleOf, roles } from '../../shared/roles.ts';
import type { Status } from '../../shared/status.ts';
import { costText, receiptFacts } from './receipt.ts';
import { formatDollars, formatDuration, formatLocalTime } from './text.ts';

/** `Planner · 1.2 s · $0.0012 · 14:05`. */
export const activityDescription = (receipt: Receipt, locale?: string): string =>
  [
    roleOf(receipt.role ?? undefined)?.label ?? '',
    receipt.cached ? 'from the cache' : formatDuration(receipt.totalMs),
    receipt.cached ? '' : costText(receipt),
    replacementText(receipt),
    formatLocalTime(receipt.at, locale),
  ]
    .filter(Boolean)
    .join(' · ');

/** The name of a ThemeIcon. */
export function activityIcon(receipt: Receipt): string {
  if (receipt.finishReason === 'length' || receipt.finishReason === 'content-filter') return 'warning';
  if (replacementText(receipt)) return 'arrow-swap';
  if (receipt.cached) return 'history';
  return (roleOf(receipt.role ?? undefined) ?? roles.chat).icon;
}

/** The receipt line by line. */
export const receiptTooltip = (receipt: Receipt): string =>
  receiptFacts(receipt)
    .flatMap(({ name, text, items = [] }) => [`${name}: ${text}`, ...items.map((item) => `– ${item}`)])
    .join('\n');

/** `today $0.42, 3 requests`. */
export function todayText({ costUsd, requests, unknownPrice }: Status['today']): string {
  if (requests === 0) return '';
  const unknown = unknownPrice > 0 ? ` and ${unknownPrice} of unknown price` : '';
  return `today ${formatDollars(costUsd)}${unknown}, ${requests === 1 ? '1 request' : `${requests} requests`}`;
}

/** That another model was tried first or wrote a part. Empty: neither. */
function replacementText({ attempts, takeovers }: Receipt): string {
  if (takeovers.length > 0) return 'another model continued';
  // One that was asked as well and came second did not fail.
  const failed = attempts.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'cancelled').length;
  return failed > 0 ? `after ${failed} failed ${failed === 1 ? 'attempt' : 'attempts'}` : '';
}
