/** A receipt in words: a section of Markdown, and one line. */
import type { Attempt, Receipt } from '../../shared/receipts.ts';
import { count, dollars, duration, oneLine } from './words.ts';

/** The whole receipt as a Markdown section. */
export function receiptSection(receipt: Receipt): string {
  const { timeToFirstTokenMs, totalMs, note } = receipt;
  const first = timeToFirstTokenMs === null ? '' : `${duration(timeToFirstTokenMs)} to the first word, `;
  const lines = [
    `- **Model:** ${oneLine(receipt.model)}${receipt.cached ? ' (from the cache, nothing was sent)' : ''}`,
    `- **Why:** ${receipt.reasons.length > 0 ? receipt.reasons.map(oneLine).join(' ') : 'no reason was given'}`,
    `- **Task:** ${receipt.task.replaceAll('_', ' ')}, difficulty ${receipt.difficulty.toFixed(2)} of 1${receipt.role ? `, asked as ${receipt.role}` : ''}`,
    `- **Tokens:** ${tokens(receipt)}`,
    `- **Money:** ${money(receipt)}`,
    `- **Time:** ${first}${duration(totalMs)} in all`,
    ...attempts(receipt.attempts),
    ...(receipt.finishReason === 'length' ? ['- **Cut:** the model reached its output limit.'] : []),
    ...(receipt.finishReason === 'content-filter' ? ['- **Cut:** the provider’s filter ended it.'] : []),
    ...(note ? [`- **Note:** ${oneLine(note)}`] : []),
  ];
  return `## Receipt\n\n${lines.join('\n')}\n`;
}

/** `groq/llama · 1.2 s · $0.0012`, for a notification or the status bar. */
export const receiptLine = (receipt: Receipt): string =>
  [
    oneLine(receipt.model),
    receipt.cached ? 'from the cache' : duration(receipt.totalMs),
    money(receipt),
  ].join(' · ');

/** What it cost; an unknown price is said to be unknown. */
export function money({ costUsd, cached, usageEstimated }: Receipt): string {
  if (costUsd === null) return 'price unknown';
  if (costUsd === 0) return cached ? 'nothing (cached)' : 'free';
  return `${dollars(costUsd)}${usageEstimated ? ' (estimated)' : ''}`;
}

function tokens({ usage, usageEstimated, cached }: Receipt): string {
  if (cached) return 'none used now';
  const input = [
    usage.cachedRead > 0 ? `${count(usage.cachedRead)} read from the provider’s cache` : '',
    usage.cacheWrite > 0 ? `${count(usage.cacheWrite)} written to it` : '',
  ].filter(Boolean);
  const reasoning = usage.reasoning > 0 ? ` (${count(usage.reasoning)} of them thinking)` : '';
  const estimated = usageEstimated ? ', estimated: the provider did not say' : '';
  return `${count(usage.input)} in${input.length > 0 ? ` (${input.join(', ')})` : ''}, ${count(usage.output)} out${reasoning}${estimated}`;
}

/** One line when the first try answered, else each try in order: nothing is replaced silently. */
function attempts(list: readonly Attempt[]): string[] {
  if (list.length === 0) return [];
  if (list.length === 1 && list[0]?.outcome === 'ok') return ['- **Attempts:** 1'];
  return [
    `- **Attempts:** ${list.length}`,
    ...list.map((attempt, index) => `  ${index + 1}. ${tried(attempt)}`),
  ];
}

function tried({ model, outcome, ms, message }: Attempt): string {
  if (outcome === 'ok') return `${oneLine(model)} answered after ${duration(ms)}.`;
  return `${oneLine(model)} did not answer: ${outcome.replaceAll('-', ' ')} after ${duration(ms)}.${message ? ` ${oneLine(message)}` : ''}`;
}
