/** Writes receipts: what an answer cost and why that model gave it. */

import type { AskParams } from '../../shared/ask.ts';
import { type ModelId, noUsage } from '../../shared/chat.ts';
import { type Feature, featurePolicies } from '../../shared/features.ts';
import type { Exclusion } from '../../shared/protocol.ts';
import type { Attempt, Compaction, Receipt, Takeover } from '../../shared/receipts.ts';
import type { CachedAnswer } from '../cache/response-cache.ts';
import type { AnswerMeasurement } from '../metrics/meter.ts';
import type { Decision, RankedCandidate } from '../routing/balancer.ts';
import type { Classification } from '../routing/classifier/classify.ts';
import { costOfTries } from './attempt.ts';
import { droppedFeatures } from './dropped-features.ts';
import type { CallRepair } from './partial-answer.ts';

/** The parts of a receipt that are known before the first attempt. */
export type RequestMeta = {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** On the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly params: AskParams;
  readonly classification: Classification;
  /** Absent: the conversation is sent as it is. */
  readonly compaction?: Compaction;
};

/** What an attempt came to. */
type AttemptFacts = {
  readonly candidate: RankedCandidate;
  readonly decision: Omit<Decision, 'excluded'>;
  /** Candidates that could not run when they were next. */
  readonly skipped: readonly Exclusion[];
  /** In order, this one included. */
  readonly attempts: readonly Attempt[];
  readonly measured: AnswerMeasurement;
  readonly takeovers: readonly Takeover[];
  /** Calls whose arguments were made to match the schema of their tool. Absent: none. */
  readonly repairs?: readonly CallRepair[];
  /** Models before a takeover whose signatures and hosted items were removed. Absent: none. */
  readonly unreadable?: readonly ModelId[];
  /** Tokens of the prompt by our own estimate. */
  readonly plainInputTokens: number;
  /** Tokens of the prompt as services counted them before it was sent, which is free of charge. */
  readonly countedTokens: ReadonlyMap<ModelId, number>;
  readonly note?: string | undefined;
  /** Milliseconds that the request waited for a rate limit to end before it was sent. Absent: none. */
  readonly waitedMs?: number | undefined;
  /** Fields that the model's service did not honour, by what is known after the answer. Absent: those known before. */
  readonly unsupportedFeatures?: readonly Feature[];
  /** The engine has read less of the prompt than it was sent. Absent: false. */
  readonly promptCut?: boolean;
};

/** An answer from the cache: nothing was sent and nothing is billed. */
export function cachedReceipt(meta: RequestMeta, cached: CachedAnswer): Receipt {
  const ms = performance.now() - meta.startedAt;
  return {
    ...requestFields(meta),
    model: cached.model,
    cached: true,
    attempts: [],
    usage: noUsage,
    usageEstimated: false,
    costUsd: 0,
    timeToFirstTokenMs: ms,
    totalMs: ms,
    finishReason: cached.reason,
    takeovers: [],
    reasons: [`From the cache: ${cached.model} answered the same question before.`],
  };
}

export function answerReceipt(meta: RequestMeta, facts: AttemptFacts): Receipt {
  const { candidate, attempts, measured, takeovers, plainInputTokens, note } = facts;
  const { costUsd } = candidate;
  return {
    ...requestFields(meta),
    model: candidate.model.id,
    ...(measured.servedBy === undefined ? {} : { servedBy: measured.servedBy }),
    cached: false,
    attempts: [...attempts],
    usage: measured.usage,
    predicted: {
      inputTokens: candidate.promptTokens,
      plainInputTokens,
      costUsd: costUsd && { low: costUsd.low, high: costUsd.high },
    },
    usageEstimated: measured.usageEstimated,
    costUsd: costOfTries(measured, candidate.model.price),
    timeToFirstTokenMs: measured.firstTokenAt === null ? null : measured.firstTokenAt - meta.startedAt,
    totalMs: performance.now() - meta.startedAt,
    finishReason: measured.reason,
    takeovers,
    ...(measured.isCutOff ? { cutByBudget: true as const } : {}),
    ...(facts.promptCut ? { promptCut: true as const } : {}),
    reasons: reasonsOf(meta, facts),
    ...(note === undefined ? {} : { note }),
  };
}

/** A failed attempt that is billed: a row of its own in the ledger. */
export const failedAttemptReceipt = (meta: RequestMeta, facts: AttemptFacts): Receipt => ({
  ...answerReceipt(meta, facts),
  id: `${meta.id}-${facts.attempts.length}`,
});

const requestFields = ({ id, at, params, classification, compaction }: RequestMeta) => ({
  id,
  at,
  role: params.role ?? null,
  task: classification.task,
  difficulty: classification.difficulty,
  ...(compaction ? { compaction } : {}),
});

/** Why this model answered, one sentence each. */
function reasonsOf(meta: RequestMeta, facts: AttemptFacts): string[] {
  const { candidate, decision, skipped, attempts, measured } = facts;
  const { task, confidence } = meta.classification;
  const source = confidence === 1 ? 'as asked' : `${Math.round(confidence * 100)} % sure`;
  const reasons = [`Task type ${task} (${source}).`];
  const pin = decision.unavailablePin;
  if (pin) reasons.push(`The pinned model ${pin.model} could not run: ${pin.reason}`);
  for (const { model, reason } of skipped) {
    const name = model === decision.pin ? `The pinned model ${model}` : model;
    reasons.push(`${name} could not run: ${reason}`);
  }
  for (const { model, outcome, message } of attempts)
    if (outcome === 'cancelled') reasons.push(`${model}: ${message ?? 'It was cancelled.'}`);
    else if (outcome !== 'ok') reasons.push(`${model} failed first: ${message ?? outcome}`);
  if (facts.waitedMs)
    reasons.push(`It waited ${Math.ceil(facts.waitedMs / 1000)} s for a rate limit to end.`);
  reasons.push(...candidate.reasons);
  if (meta.compaction) reasons.push(compactionSentence(meta.compaction));
  if (measured.servedBy !== undefined)
    reasons.push(
      `The gateway could not use ${candidate.model.name} and answered with ${measured.servedBy}, by its own fallback.`,
    );
  for (const feature of droppedFeatures(
    meta.params,
    candidate.model,
    facts.unsupportedFeatures ?? candidate.model.unsupportedFeatures,
  ))
    reasons.push(`${featurePolicies[feature].label} was left out: ${candidate.model.id} has nothing for it.`);
  for (const model of facts.unreadable ?? [])
    reasons.push(`What only the service of ${model} can read of its thoughts and tools was removed.`);
  if (facts.promptCut)
    reasons.push(
      `${candidate.model.id} read only ${measured.usage.input} of about ${candidate.promptTokens} tokens of the prompt: its engine seems to have cut the rest, so the answer may be about a part of it.`,
    );
  for (const [model, tokens] of facts.countedTokens)
    reasons.push(`The service of ${model} counted the prompt first, free of charge: ${tokens} tokens.`);
  if (measured.isCutOff)
    reasons.push(
      `It was cut off by budget: ${candidate.model.id} wrote more than it was asked for, and more than was reserved for it.`,
    );
  if (
    measured.usage.serviceTier === 'priority' &&
    candidate.model.price?.serviceTiers?.priority === undefined
  )
    reasons.push(
      `Its service answered with priority, at a price that is not known: the highest known one is counted.`,
    );
  const failedTries = (measured.tries?.length ?? 1) - 1;
  if (failedTries > 0)
    reasons.push(
      `The tokens of ${failedTries === 1 ? 'a try' : `${failedTries} tries`} before it that the service broke off are included.`,
    );
  for (const { tool, fault } of facts.repairs ?? [])
    reasons.push(`The arguments of its call of ${tool} were repaired (${fault}).`);
  for (const name of measured.cutCalls ?? [])
    reasons.push(`Its call of ${name || 'a tool'} was cut and is left out.`);
  return reasons;
}

/** What was compacted, in a sentence or two. */
function compactionSentence({ messages, toolResults, shortened, savedTokens, models }: Compaction): string {
  const parts = [
    ...(messages > 0 ? [`${messages} earlier messages`] : []),
    ...(toolResults > 0 ? [`${toolResults} tool results`] : []),
  ];
  const by = models.length > 0 ? ` by ${models.join(', ')}` : '';
  const without = shortened > 0 ? ` ${shortened} of the texts were shortened without a model.` : '';
  return `The conversation no longer fitted: ${parts.join(' and ')} were compacted${by}, which saved about ${savedTokens} tokens.${without}`;
}
