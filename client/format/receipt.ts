/** A receipt in words: fact by fact, as a section of Markdown, and in one line. */
import type { ErrorKind } from '../../shared/error-kinds.ts';
import type { Attempt, Receipt, Takeover } from '../../shared/receipts.ts';
import { formatCount, formatDollars, formatDuration, oneLine } from './text.ts';

/** One thing a receipt says; `items` in their order. */
type Fact = { readonly name: string; readonly words: string; readonly items?: readonly string[] };

/**
 * The whole receipt as a Markdown section.
 * @param text the answer, to show its seams by the words before them. Absent: only how far from the beginning they are
 */
export function receiptSection(receipt: Receipt, text?: string): string {
  const lines = receiptFacts(receipt, text).flatMap(({ name, words, items = [] }) => [
    `- **${name}:** ${words}`,
    ...items.map((item, index) => `  ${index + 1}. ${item}`),
  ]);
  return `## Receipt\n\n${lines.join('\n')}\n`;
}

/** What the receipt says, fact by fact; without `text` it is plain text. */
export function receiptFacts(receipt: Receipt, text?: string): Fact[] {
  const { model, cached, reasons, task, difficulty, role, timeToFirstTokenMs, totalMs, note } = receipt;
  const first =
    timeToFirstTokenMs === null ? '' : `${formatDuration(timeToFirstTokenMs)} to the first word, `;
  return [
    { name: 'Model', words: `${oneLine(model)}${cached ? ' (from the cache, nothing was sent)' : ''}` },
    { name: 'Why', words: reasons.length > 0 ? reasons.map(oneLine).join(' ') : 'no reason was given' },
    {
      name: 'Task',
      words: `${task.replaceAll('_', ' ')}, difficulty ${difficulty.toFixed(2)} of 1${role ? `, asked as ${role}` : ''}`,
    },
    { name: 'Tokens', words: tokens(receipt) },
    { name: 'Money', words: `${costText(receipt)}${lost(receipt)}` },
    { name: 'Time', words: `${first}${formatDuration(totalMs)} in all` },
    ...attempts(receipt.attempts),
    ...seams(receipt, text),
    ...(receipt.finishReason === 'length'
      ? [{ name: 'Cut', words: 'the model reached its output limit.' }]
      : []),
    ...(receipt.finishReason === 'content-filter'
      ? [{ name: 'Cut', words: 'the provider’s filter ended it.' }]
      : []),
    ...(note ? [{ name: 'Note', words: oneLine(note) }] : []),
  ];
}

/** `groq/llama · 1.2 s · $0.0012`, for a notification or the status bar. */
export const receiptLine = (receipt: Receipt): string =>
  [
    oneLine(receipt.model),
    receipt.cached ? 'from the cache' : formatDuration(receipt.totalMs),
    costText(receipt),
  ].join(' · ');

/** Why the code of an answer may not be whole, one sentence. Absent: it ended by itself. */
export function truncationWarning({ finishReason }: Receipt): string | undefined {
  if (finishReason === 'length') return 'The code may be cut: the model reached its output limit.';
  if (finishReason === 'content-filter') return 'The code may be cut: the provider’s filter ended it.';
  return undefined;
}

/** That several models wrote it, one sentence. Absent: one wrote it all. */
export function takeoverWarning({ takeovers }: Receipt): string | undefined {
  const [first] = takeovers;
  if (!first) return undefined;
  const writers = [...new Set([first.from, ...takeovers.map(({ to }) => to)])].map(oneLine);
  if (writers.length === 1) return `${writers[0]} broke off and went on: check where the parts meet.`;
  return `${writers.slice(0, -1).join(', then ')} broke off and ${writers.at(-1)} went on: check where they meet.`;
}

/** What it cost, failed attempts included; an unknown price is said to be unknown. */
export function costText(receipt: Receipt): string {
  const { costUsd, cached, usageEstimated } = receipt;
  if (costUsd === null) return 'price unknown';
  const total = costUsd + lostUsd(receipt);
  if (total === 0) return cached ? 'nothing (cached)' : 'free';
  return `${formatDollars(total)}${usageEstimated ? ' (estimated)' : ''}`;
}

/** What failed attempts cost as far as it is known, in US dollars. */
const lostUsd = ({ attempts }: Receipt): number =>
  attempts.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);

/** How much of the money went to attempts that failed. */
function lost(receipt: Receipt): string {
  const known = lostUsd(receipt);
  const unknown = receipt.attempts.some(({ costUsd }) => costUsd === null);
  const parts = [
    ...(known > 0 ? [`${formatDollars(known)} ${receipt.costUsd === null ? 'more' : 'of it'}`] : []),
    ...(unknown ? ['an unknown price more'] : []),
  ];
  return parts.length > 0 ? `, ${parts.join(' and ')} for what failed` : '';
}

function tokens({ usage, usageEstimated, cached }: Receipt): string {
  if (cached) return 'none used now';
  const input = [
    usage.cachedRead > 0 ? `${formatCount(usage.cachedRead)} read from the provider’s cache` : '',
    usage.cacheWrite > 0 ? `${formatCount(usage.cacheWrite)} written to it` : '',
  ].filter(Boolean);
  const reasoning = usage.reasoning > 0 ? ` (${formatCount(usage.reasoning)} of them thinking)` : '';
  const estimated = usageEstimated ? ', estimated: the provider did not say' : '';
  return `${formatCount(usage.input)} in${input.length > 0 ? ` (${input.join(', ')})` : ''}, ${formatCount(usage.output)} out${reasoning}${estimated}`;
}

/** Only their number when the first try answered, else each try in order: nothing is replaced silently. */
function attempts(list: readonly Attempt[]): Fact[] {
  if (list.length === 0) return [];
  if (list.length === 1 && list[0]?.outcome === 'ok') return [{ name: 'Attempts', words: '1' }];
  return [{ name: 'Attempts', words: `${list.length}`, items: list.map(tried) }];
}

function tried({ model, outcome, ms, message, costUsd }: Attempt): string {
  const after = `after ${formatDuration(ms)}`;
  if (outcome === 'ok') return `${oneLine(model)} answered ${after}.`;
  const how = endings[outcome] ?? `did not answer: ${outcome.replaceAll('-', ' ')}`;
  const bill =
    costUsd === undefined || costUsd === 0
      ? ''
      : ` It cost ${costUsd === null ? 'an unknown price' : formatDollars(costUsd)}.`;
  return `${oneLine(model)} ${how} ${after}.${message ? ` ${oneLine(message)}` : ''}${bill}`;
}

/** Failures that are no want of an answer. */
const endings: Readonly<Partial<Record<ErrorKind, string>>> = {
  interrupted: 'broke off',
  cancelled: 'was stopped',
};

/** Where one model's words end and another's begin. */
function seams(receipt: Receipt, text?: string): Fact[] {
  const items = receipt.takeovers.map((each) => seam(each, receipt.attempts, text));
  if (items.length <= 1) return items.map((words) => ({ name: 'Seam', words }));
  return [{ name: 'Seams', words: `${items.length}`, items }];
}

function seam({ at, from, to, reason }: Takeover, tries: readonly Attempt[], text = ''): string {
  const words = wordsBefore(text, at);
  const where = at === 1 ? 'After 1 character' : `After ${formatCount(at)} characters`;
  const said = tries.some(({ model, message }) => model === from && message === reason);
  const next = from === to ? '' : `${oneLine(to)} `;
  return `${where}${words ? ` (\`${words}\`)` : ''} ${oneLine(from)} broke off and ${next}went on.${said ? '' : ` ${oneLine(reason)}`}`;
}

/** The last words before a seam, to search for; as code, where they cannot begin a heading or a picture. */
function wordsBefore(text: string, at: number): string {
  const plain = oneLine(text.slice(Math.max(0, at - 80), at).replaceAll('`', "'"));
  const words = plain.split(' ').slice(-5).join(' ');
  return words.length < plain.length ? `…${words}` : words;
}
