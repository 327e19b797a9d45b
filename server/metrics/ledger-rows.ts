/** The rows that journals hold for the ledger, one for each answer or failed attempt, and for counts of ghost text. */
import { type ModelId, providerOf } from '../../shared/chat.ts';
import type { Receipt } from '../../shared/receipts.ts';
import type { JournalRow } from '../platform/state/journal-entry.ts';
import type { AbandonedLease } from '../platform/state/usage-totals.ts';
import { inlineRole } from './inline-usage.ts';
import type { SpendingLine } from './spending.ts';

/** A row of an answer, by the columns of its table. */
export const answerRow = (receipt: Receipt): JournalRow => {
  const { id, at, model, task, role, usage, usageEstimated, predicted, promptCut } = receipt;
  const { costUsd, totalMs, timeToFirstTokenMs, cached } = receipt;
  return {
    kind: 'answer',
    id,
    at: Date.parse(at),
    model,
    task,
    role,
    input: Math.round(usage.input),
    output: Math.round(usage.output),
    cost_usd: costUsd,
    total_ms: totalMs,
    cached: cached ? 1 : 0,
    // Neither an estimate of usage nor a prompt that was cut shows how accurate estimates are.
    estimated_input: usageEstimated || promptCut ? null : (predicted?.plainInputTokens ?? null),
    first_ms: timeToFirstTokenMs,
  };
};

/** The row of an attempt whose process died: it may have cost all that was reserved. `undefined`: it has none. */
export function abandonedRow({ id, at, amount, details }: AbandonedLease): JournalRow | undefined {
  if (!details) return undefined;
  const { kind, model = '', task = 'general', role = null, input = 0 } = details;
  if (kind === 'inline')
    return { kind: 'inline', at, model, requests: 1, cancelled: 1, cost_usd: amount, unknown_price: 0 };
  return {
    kind: 'answer',
    id,
    at,
    model,
    task,
    role,
    input,
    output: 0,
    cost_usd: amount,
    total_ms: 0,
    cached: 0,
    estimated_input: null,
    first_ms: null,
  };
}

export const isAnswerRow = ({ kind }: JournalRow): boolean => kind === 'answer';

/** What the row adds to the sums of spending. */
export function spendingLineOf(row: JournalRow): SpendingLine {
  const costUsd = numberOf(row['cost_usd']);
  const isAnswer = isAnswerRow(row);
  return {
    provider: providerOf(String(row['model'])),
    role: isAnswer ? String(row['role'] ?? '') : inlineRole,
    costUsd,
    requests: isAnswer ? 1 : 0,
    unknownPrice: isAnswer ? (row['cost_usd'] === null ? 1 : 0) : numberOf(row['unknown_price']),
  };
}

export const modelOfRow = (row: JournalRow): ModelId => String(row['model']) as ModelId;
/** When the request began, in milliseconds since 1970. */
export const timeOfRow = (row: JournalRow): number => numberOf(row['at']);

const numberOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : 0;
