/** A receipt as text: as a list of facts, as a Markdown section, and in one line. */
import { type ErrorPolicy, errorPolicies } from '../../shared/error-policies.ts';
import type { Attempt, Receipt, Takeover } from '../../shared/receipts.ts';
import { formatCount, formatDollars, formatDuration, oneLine } from './text.ts';

/** One line of a receipt, with its list where it has one. */
type ReceiptFact = { readonly name: string; readonly text: string; readonly items?: readonly string[] };

/**
 * The whole receipt as a Markdown section.
 * @param text the answer, to show the words before each takeover. Absent: a takeover shows its offset only
 */
export function receiptSection(receipt: Receipt, text?: string): string {
  const lines = receiptFacts(receipt, text).flatMap(({ name, text: value, items = [] }) => [
    `- **${name}:** ${value}`,
    ...items.map((item, index) => `  ${index + 1}. ${item}`),
  ]);
  return `## Receipt\n\n${lines.join('\n')}\n`;
}

/** The facts of a receipt; plain text when `answer` is absent. */
export function receiptFacts(receipt: Receipt, answer?: string): ReceiptFact[] {
  const { model, servedBy, cached, reasons, task, difficulty, role, timeToFirstTokenMs, totalMs, note } =
    receipt;
  const first =
    timeToFirstTokenMs === null ? '' : `${formatDuration(timeToFirstTokenMs)} to the first token, `;
  return [
    {
      name: 'Model',
      text: `${oneLine(model)}${substituteText(servedBy)}${cached ? ' (from the cache, nothing was sent)' : ''}`,
    },
    { name: 'Why', text: reasons.length > 0 ? reasons.map(oneLine).join(' ') : 'no reason is recorded' },
    {
      name: 'Task',
      text: `${task.replaceAll('_', ' ')}, difficulty ${difficulty.toFixed(2)} of 1${role ? `, role ${role}` : ''}`,
    },
    { name: 'Tokens', text: tokensText(receipt) },
    { name: 'Cost', text: `${costText(receipt)}${failedCostText(receipt)}` },
    { name: 'Time', text: `${first}${formatDuration(totalMs)} in total` },
    ...attemptFacts(receipt.attempts),
    ...takeoverFacts(receipt, answer),
    ...(receipt.finishReason === 'length'
      ? [
          {
            name: 'Truncated',
            text: receipt.cutByBudget ? 'cut off by budget.' : 'the model reached its output limit.',
          },
        ]
      : []),
    ...(receipt.finishReason === 'content-filter'
      ? [{ name: 'Truncated', text: 'the provider’s content filter ended it.' }]
      : []),
    ...(note ? [{ name: 'Note', text: oneLine(note) }] : []),
  ];
}

/** `groq/llama · 1.2 s · $0.0012`, for a notification or the status bar. */
export const receiptLine = (receipt: Receipt): string =>
  [
    `${oneLine(receipt.model)}${substituteText(receipt.servedBy)}`,
    receipt.cached ? 'from the cache' : formatDuration(receipt.totalMs),
    costText(receipt),
  ].join(' · ');

const substituteText = (servedBy: string | undefined): string =>
  servedBy === undefined ? '' : ` (its gateway answered with ${oneLine(servedBy)})`;

/** Why the code of an answer may be incomplete, one sentence. Absent: the model finished it. */
export function truncationWarning({ finishReason, cutByBudget }: Receipt): string | undefined {
  if (cutByBudget) return 'The code may be truncated: it was cut off by budget.';
  if (finishReason === 'length') return 'The code may be truncated: the model reached its output limit.';
  if (finishReason === 'content-filter')
    return 'The code may be truncated: the provider’s content filter ended it.';
  return undefined;
}

/** Which models wrote the answer, one sentence. Absent: one model wrote it without an interruption. */
export function takeoverWarning({ takeovers }: Receipt): string | undefined {
  const [first] = takeovers;
  if (!first) return undefined;
  const writers = [...new Set([first.from, ...takeovers.map(({ to }) => to)])].map(oneLine);
  if (writers.length === 1) return `${writers[0]} was interrupted and continued: check where the parts join.`;
  const interrupted = writers.slice(0, -1);
  const verb = interrupted.length === 1 ? 'was' : 'were';
  return `${interrupted.join(', then ')} ${verb} interrupted and ${writers.at(-1)} continued: check where the parts join.`;
}

/** The cost, failed attempts included. An unknown price is never shown as 0. */
export function costText(receipt: Receipt): string {
  const { costUsd, cached, usageEstimated } = receipt;
  if (costUsd === null) return 'price unknown';
  const total = costUsd + failedCostUsd(receipt);
  if (total === 0) return cached ? 'free (cached)' : 'free';
  return `${formatDollars(total)}${usageEstimated ? ' (estimated)' : ''}`;
}

/** US dollars: the known cost of failed attempts. */
const failedCostUsd = ({ attempts }: Receipt): number =>
  attempts.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);

/** The share of failed attempts in the cost. */
function failedCostText(receipt: Receipt): string {
  const failedCost = failedCostUsd(receipt);
  const unknown = receipt.attempts.some(({ costUsd }) => costUsd === null);
  const parts = [
    ...(failedCost > 0
      ? [`${formatDollars(failedCost)} ${receipt.costUsd === null ? 'more' : 'of it'}`]
      : []),
    ...(unknown ? ['an unknown amount more'] : []),
  ];
  return parts.length > 0 ? `, ${parts.join(' and ')} for failed attempts` : '';
}

function tokensText({ usage, usageEstimated, cached }: Receipt): string {
  if (cached) return 'none (cached)';
  const input = [
    usage.cachedRead > 0 ? `${formatCount(usage.cachedRead)} read from the provider’s cache` : '',
    usage.cacheWrite > 0 ? `${formatCount(usage.cacheWrite)} written to it` : '',
  ].filter(Boolean);
  const reasoning = usage.reasoning > 0 ? ` (${formatCount(usage.reasoning)} of them reasoning)` : '';
  const estimated = usageEstimated ? ', estimated: the provider did not report all of them' : '';
  return `${formatCount(usage.input)} in${input.length > 0 ? ` (${input.join(', ')})` : ''}, ${formatCount(usage.output)} out${reasoning}${estimated}`;
}

/** The number of attempts when the first succeeded, otherwise each attempt in order: no model is substituted silently. */
function attemptFacts(list: readonly Attempt[]): ReceiptFact[] {
  if (list.length === 0) return [];
  if (list.length === 1 && list[0]?.outcome === 'ok') return [{ name: 'Attempts', text: '1' }];
  return [{ name: 'Attempts', text: `${list.length}`, items: list.map(attemptText) }];
}

function attemptText({ model, outcome, ms, message, costUsd, usage }: Attempt): string {
  const after = `after ${formatDuration(ms)}`;
  if (outcome === 'ok') return `${oneLine(model)} answered ${after}.`;
  const verb = endingText[errorPolicies[outcome].ending] ?? `failed (${outcome.replaceAll('-', ' ')})`;
  const tokens = usage
    ? ` for ${formatCount(usage.input)} tokens in and ${formatCount(usage.output)} out`
    : '';
  const cost =
    costUsd === undefined || costUsd === 0
      ? ''
      : ` It cost ${costUsd === null ? 'an unknown amount' : formatDollars(costUsd)}${tokens}.`;
  return `${oneLine(model)} ${verb} ${after}.${message ? ` ${oneLine(message)}` : ''}${cost}`;
}

/** `null`: the kind of error says why no answer came. */
const endingText: Readonly<Record<ErrorPolicy['ending'], string | null>> = {
  'no-answer': null,
  interrupted: 'was interrupted',
  stopped: 'was cancelled',
};

/** The positions where one model continued the text of another. */
function takeoverFacts(receipt: Receipt, text?: string): ReceiptFact[] {
  const items = receipt.takeovers.map((each) => takeoverLine(each, receipt.attempts, text));
  if (items.length <= 1) return items.map((item) => ({ name: 'Takeover', text: item }));
  return [{ name: 'Takeovers', text: `${items.length}`, items }];
}

function takeoverLine({ at, from, to, reason }: Takeover, tries: readonly Attempt[], text = ''): string {
  const words = precedingWords(text, at);
  const where = at === 1 ? 'After 1 character' : `After ${formatCount(at)} characters`;
  const isReported = tries.some(({ model, message }) => model === from && message === reason);
  const next = from === to ? '' : `${oneLine(to)} `;
  return `${where}${words ? ` (\`${words}\`)` : ''} ${oneLine(from)} was interrupted and ${next}continued.${isReported ? '' : ` ${oneLine(reason)}`}`;
}

/** The last words before a takeover, for searching; without backticks, since they are shown as inline code. */
function precedingWords(text: string, at: number): string {
  const plain = oneLine(text.slice(Math.max(0, at - 80), at).replaceAll('`', "'"));
  const words = plain.split(' ').slice(-5).join(' ');
  return words.length < plain.length ? `…${words}` : words;
}
