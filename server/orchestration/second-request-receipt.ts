/** One receipt for what was requested twice. */
import { noUsage, type Usage } from '../../shared/chat.ts';
import type { RumboError } from '../../shared/errors.ts';
import type { Receipt } from '../../shared/receipts.ts';

/** @param why the first answer was not enough, one sentence */
export function joinedReceipt(first: Receipt, second: Receipt, why: string): Receipt {
  const sentToText = second.timeToFirstTokenMs;
  return {
    ...second,
    id: first.id,
    at: first.at,
    difficulty: first.difficulty,
    attempts: [...first.attempts, ...second.attempts],
    usage: sumOf(first.usage, second.usage),
    ...(first.predicted ? { predicted: first.predicted } : {}),
    usageEstimated: first.usageEstimated || second.usageEstimated,
    costUsd: first.costUsd === null || second.costUsd === null ? null : first.costUsd + second.costUsd,
    timeToFirstTokenMs: sentToText === null ? null : first.totalMs + sentToText,
    totalMs: first.totalMs + second.totalMs,
    reasons: [...first.reasons, `${first.model} was asked once more: ${why}`],
  };
}

/** The second request failed: the first answer is what there is. */
export function receiptWithFailedRequest(first: Receipt, error: RumboError): Receipt {
  const failed = error.data.attempts ?? [];
  return {
    ...first,
    // What they cost is added to the cost of the answer where it is shown.
    attempts: [...first.attempts, ...failed],
    totalMs: first.totalMs + failed.reduce((sum, { ms }) => sum + ms, 0),
    reasons: [...first.reasons, `${first.model} was asked once more and failed: ${error.message}`],
  };
}

const sumOf = (one: Usage, other: Usage): Usage => {
  const sum: Record<string, unknown> = { ...one };
  for (const key of Object.keys(noUsage) as (keyof typeof noUsage)[])
    sum[key] = (one[key] as number) + (other[key] as number);
  const hour = (one.cacheWriteHour ?? 0) + (other.cacheWriteHour ?? 0);
  return { ...(sum as Usage), ...(hour > 0 ? { cacheWriteHour: hour } : {}) };
};
