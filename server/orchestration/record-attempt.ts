/** Turns what an attempt came to into its receipt and its record. */
import { noUsage } from '../../shared/chat.ts';
import type { RumboError } from '../../shared/errors.ts';
import { unsupportedFeaturesBy } from '../providers/models.ts';
import type { AnswerProgress, AttemptsDeps, ChosenCandidate } from './answer-progress.ts';
import { type AttemptResult, billedUsd } from './attempt.ts';
import { isPromptCut } from './cut-prompt.ts';
import { answerReceipt, failedAttemptReceipt } from './receipt.ts';
import { withAppendedText } from './request.ts';

export function recordAnswer(
  deps: AttemptsDeps,
  progress: AnswerProgress,
  chosen: ChosenCandidate,
  result: AttemptResult,
) {
  const { prepared, attempts, answer, criteria, decision, skipped } = progress;
  const { candidate, provider } = chosen;
  const { measured, ms } = result;
  attempts.push({ model: candidate.model.id, outcome: 'ok', ms });
  const receipt = answerReceipt(prepared.meta, {
    candidate,
    decision,
    skipped,
    attempts,
    measured: { ...measured, firstTokenAt: answer.firstTextAt },
    takeovers: answer.takeovers,
    unreadable: answer.unreadable,
    repairs: answer.repairs,
    plainInputTokens: plainPromptTokens(progress, chosen),
    countedTokens: prepared.exactPromptTokens,
    note: provider.config.note,
    waitedMs: progress.waitedMs,
    unsupportedFeatures: unsupportedFeaturesBy(
      provider.rulesOf?.(candidate.model.name) ?? {},
      candidate.model.unsupportedFeatures ?? [],
    ),
    promptCut: wasPromptCut(progress, chosen, result),
  });
  deps.accounting.record({
    ...attemptFacts(progress, chosen, result),
    outcome: 'ok',
    usage: measured.usage,
    costUsd: receipt.costUsd,
    receipt,
  });
  // After the answer is sent: hashing a long conversation takes a moment.
  const warm = { model: candidate.model.id, tokens: criteria.promptTokens };
  setImmediate(() => deps.warmPrefixes.add(prepared.request.messages, warm));
  return receipt;
}

export function recordFailure(
  deps: AttemptsDeps,
  progress: AnswerProgress,
  chosen: ChosenCandidate,
  error: RumboError,
  result: AttemptResult,
): void {
  const { prepared, attempts, answer, decision, skipped } = progress;
  const { candidate } = chosen;
  const { model } = candidate;
  const { measured, ms, billed } = result;
  const costUsd = billedUsd(result, model);
  const facts = { ...attemptFacts(progress, chosen, result), outcome: error.kind, costUsd };
  attempts.push({
    model: model.id,
    outcome: error.kind,
    ms,
    message: error.message,
    ...(billed ? { costUsd, usage: { input: measured.usage.input, output: measured.usage.output } } : {}),
  });
  if (!billed) {
    deps.accounting.record({ ...facts, usage: noUsage });
    return;
  }
  const receipt = failedAttemptReceipt(prepared.meta, {
    candidate,
    decision,
    skipped,
    attempts,
    measured,
    takeovers: answer.takeovers,
    plainInputTokens: plainPromptTokens(progress, chosen),
    countedTokens: prepared.exactPromptTokens,
  });
  deps.accounting.record({ ...facts, usage: measured.usage, receipt });
}

/** Our own estimate of the prompt, with the beginning of the answer that the model was to continue. */
const plainPromptTokens = ({ criteria }: AnswerProgress, { beginning }: ChosenCandidate): number =>
  withAppendedText(criteria, beginning).promptTokens;

/** The engine has read less of the prompt than it was sent. */
export const wasPromptCut = (
  { criteria }: Pick<AnswerProgress, 'criteria'>,
  { candidate: { model, promptTokens } }: Pick<ChosenCandidate, 'candidate'>,
  { measured }: Pick<AttemptResult, 'measured'>,
): boolean =>
  isPromptCut({ model, measured, predictedTokens: promptTokens, hasImages: criteria.needsVision });

/** What every record of an attempt holds. */
const attemptFacts = (progress: AnswerProgress, chosen: ChosenCandidate, result: AttemptResult) => ({
  kind: 'ask' as const,
  requestId: progress.prepared.meta.id,
  ...(chosen.lease === undefined ? {} : { lease: chosen.lease }),
  model: chosen.candidate.model,
  role: progress.prepared.params.role ?? null,
  task: progress.criteria.task,
  ms: result.ms,
  firstTextMs: result.firstTextMs,
  firstPartMs: result.firstPartMs,
  usageEstimated: result.measured.usageEstimated,
  promptCut: wasPromptCut(progress, chosen, result),
  tries: result.measured.tries?.length ?? 1,
  estimatedPromptTokens: plainPromptTokens(progress, chosen),
});
