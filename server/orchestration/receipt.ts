/** Writes receipts: what an answer cost and why that model gave it. */
import { noUsage } from '../../shared/chat.ts';
import type { AskParams } from '../../shared/protocol.ts';
import type { Attempt, Receipt, Takeover } from '../../shared/receipts.ts';
import type { CachedAnswer } from '../cache/response-cache.ts';
import type { AnswerMeasurement } from '../metrics/meter.ts';
import type { Decision, RankedCandidate } from '../routing/balancer.ts';
import type { Classification } from '../routing/classifier/classify.ts';
import { costOf } from '../routing/price.ts';

/** What is known before any model is asked. */
export type RequestMeta = {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** On the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly params: AskParams;
  readonly classification: Classification;
};

type Answered = {
  readonly candidate: RankedCandidate;
  readonly decision: Decision;
  readonly attempts: readonly Attempt[];
  readonly measured: AnswerMeasurement;
  readonly takeovers: readonly Takeover[];
  /** Tokens of the prompt by our own count. */
  readonly plainInputTokens: number;
  readonly note?: string | undefined;
};

const head = ({ id, at, params, classification }: RequestMeta) => ({
  id,
  at,
  role: params.role ?? null,
  task: classification.task,
  difficulty: classification.difficulty,
});

export const receipt = {
  /** Given from the cache: nothing was sent, nothing was paid. */
  cached: (told: RequestMeta, known: CachedAnswer): Receipt => {
    const ms = performance.now() - told.startedAt;
    return {
      ...head(told),
      model: known.model,
      cached: true,
      attempts: [],
      usage: noUsage,
      usageEstimated: false,
      costUsd: 0,
      timeToFirstTokenMs: ms,
      totalMs: ms,
      finishReason: known.reason,
      takeovers: [],
      reasons: [`From the cache: ${known.model} answered the same question before.`],
    };
  },

  answered: (
    told: RequestMeta,
    { candidate, decision, attempts, measured, takeovers, plainInputTokens, note }: Answered,
  ): Receipt => ({
    ...head(told),
    model: candidate.model.id,
    cached: false,
    attempts: [...attempts],
    usage: measured.usage,
    predicted: {
      inputTokens: candidate.promptTokens,
      plainInputTokens,
      costUsd: candidate.costUsd && { low: candidate.costUsd.low, high: candidate.costUsd.high },
    },
    usageEstimated: measured.usageEstimated,
    costUsd: costOf(measured.usage, candidate.model.price),
    timeToFirstTokenMs: measured.firstTokenAt === null ? null : measured.firstTokenAt - told.startedAt,
    totalMs: performance.now() - told.startedAt,
    finishReason: measured.reason,
    takeovers,
    reasons: [...reasons(told, candidate, decision, attempts), ...skippedOf(measured)],
    ...(note === undefined ? {} : { note }),
  }),

  /** It broke off or was stopped after it had begun: what had come was billed. A row of its own for each attempt. */
  broken: (told: RequestMeta, answer: Answered): Receipt => ({
    ...receipt.answered(told, answer),
    id: `${told.id}-${answer.attempts.length}`,
  }),
};

const skippedOf = ({ skipped }: AnswerMeasurement): string[] =>
  skipped === 0
    ? []
    : [
        `${skipped === 1 ? 'A piece' : `${skipped} pieces`} of the stream could not be read and was left out.`,
      ];

/** One line for the log: who answered, how long it took, what it cost. Never what was asked or said. */
export function logLine({
  role,
  task,
  model,
  cached,
  usage,
  costUsd,
  finishReason,
  totalMs,
}: Receipt): string {
  const cost = costUsd === null ? 'price unknown' : costUsd === 0 ? 'free' : `$${costUsd.toFixed(4)}`;
  const how = cached ? 'from the cache' : `${usage.input} tokens in, ${usage.output} out, ${cost}`;
  return `${role ?? task}: ${model}, ${finishReason}, ${Math.round(totalMs)} ms, ${how}`;
}

function reasons(
  told: RequestMeta,
  { reasons }: RankedCandidate,
  decision: Decision,
  attempts: readonly Attempt[],
): string[] {
  const { task, confidence } = told.classification;
  const how = confidence === 1 ? 'as asked' : `${Math.round(confidence * 100)} % sure`;
  const lost = decision.unavailablePin;
  const failed = attempts
    .filter(({ outcome }) => outcome !== 'ok')
    .map((each) => `${each.model} failed first: ${each.message ?? each.outcome}`);
  return [
    `Task type ${task} (${how}).`,
    ...(lost ? [`The pinned model ${lost.model} could not run: ${lost.reason}`] : []),
    ...failed,
    ...reasons,
  ];
}
