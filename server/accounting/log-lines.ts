/** The lines that the log gets for answers and attempts: model, time, tokens and cost. Never a prompt, never an answer. */
import type { Receipt } from '../../shared/receipts.ts';
import type { AttemptRecord } from './attempt-record.ts';

/** An answer that is whole. */
export function answerLine(receipt: Receipt): string {
  const { role, task, model, cached, usage, costUsd, finishReason, totalMs } = receipt;
  const source = cached
    ? 'from the cache'
    : `${usage.input} tokens in, ${usage.output} out, ${costText(costUsd)}`;
  return `${role ?? task}: ${model}, ${finishReason}, ${Math.round(totalMs)} ms, ${source}`;
}

/** An attempt that failed or was cancelled, or one of ghost text. */
export function attemptLine({ kind, role, task, model, outcome, ms, usage }: AttemptRecord): string {
  const took = `${Math.round(ms)} ms`;
  if (kind === 'ask' && outcome === 'cancelled') return `${role ?? task}: ${model.id} was cancelled, ${took}`;
  if (kind === 'ask') return `${role ?? task}: ${model.id} failed, ${outcome}, ${took}`;
  return outcome === 'ok' || outcome === 'stopped'
    ? `Ghost text: ${model.id}, ${took}, ${usage.input} tokens in, ${usage.output} out`
    : `Ghost text: ${model.id} failed, ${outcome}, ${took}`;
}

const costText = (costUsd: number | null): string =>
  costUsd === null ? 'price unknown' : costUsd === 0 ? 'free' : `$${costUsd.toFixed(4)}`;
