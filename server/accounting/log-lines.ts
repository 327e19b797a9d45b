/** The lines that the log gets for answers and attempts: model, time, tokens and cost. Never a prompt, never an answer. */

import type { Receipt } from '../../shared/receipts.ts';
import { requestLabel } from '../../shared/request-label.ts';
import type { AttemptRecord } from './attempt-record.ts';

/** An answer that is whole. */
export function answerLine(receipt: Receipt): string {
  const { id, role, task, model, cached, usage, costUsd, finishReason, totalMs } = receipt;
  const source = cached
    ? 'from the cache'
    : `${usage.input} tokens in, ${usage.output} out, ${costText(costUsd)}`;
  return `${requestLabel(id)}${role ?? task}: ${model}, ${finishReason}, ${Math.round(totalMs)} ms, ${source}`;
}

/** An attempt that failed or was cancelled, or one of ghost text. */
export function attemptLine(attempt: AttemptRecord): string {
  const { requestId, kind, role, task, model, outcome, ms, usage } = attempt;
  const label = requestLabel(requestId);
  const took = `${Math.round(ms)} ms`;
  if (kind === 'ask' && outcome === 'cancelled')
    return `${label}${role ?? task}: ${model.id} was cancelled, ${took}`;
  if (kind === 'ask') return `${label}${role ?? task}: ${model.id} failed, ${outcome}, ${took}`;
  return outcome === 'ok' || outcome === 'stopped'
    ? `Ghost text: ${model.id}, ${took}, ${usage.input} tokens in, ${usage.output} out`
    : `Ghost text: ${model.id} failed, ${outcome}, ${took}`;
}

const costText = (costUsd: number | null): string =>
  costUsd === null ? 'price unknown' : costUsd === 0 ? 'free' : `$${costUsd.toFixed(4)}`;
