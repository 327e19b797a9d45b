/** The reservation of one attempt: it grows before a try is sent that may cost more, and while the answer exceeds its limit. */
import { RumboError } from '../../shared/errors.ts';
import type { RequestSpending } from '../metrics/request-spending.ts';
import type { SpendingOwner } from '../metrics/spending.ts';
import type { LeaseDetails, UsageLease } from '../platform/state/usage-store.ts';
import type { RankedCandidate } from '../routing/balancer.ts';
import { maxCostOf } from '../routing/price.ts';

export type AttemptReservation = {
  readonly lease: UsageLease;
  /** US dollars that are reserved by now. */
  usd(): number;
  /**
   * Call before each try: what it may cost beyond the reservation is reserved first. Rejects with `over-budget`.
   * @param maxOutputTokens that the try asks for. `undefined`: the service accepts no limit
   * @param billedTries tries before it that may be billed
   */
  beforeSend(maxOutputTokens: number | undefined, billedTries: number): Promise<void>;
  /** Whether the model may go on writing after these tokens. Our count is an estimate, so more is reserved once. */
  mayContinue(outputTokens: number): boolean | Promise<boolean>;
  /** US dollars that the service may bill for what it wrote in this time, in milliseconds, while nothing of it arrived. */
  unseenUsd(ms: number): number;
  /** Counts what the attempt did cost. A second call does nothing. */
  settle(usd: number): void;
};

export type ReservationRequest = {
  readonly owner: SpendingOwner;
  readonly candidate: Pick<RankedCandidate, 'model' | 'costUsd'>;
  /** Tokens. */
  readonly maxPromptTokens: number;
  /** Of each answer. */
  readonly maxOutputTokens: number;
  /** Answers to the same prompt. Absent: 1. */
  readonly answers?: number;
  readonly details: LeaseDetails;
};

/** How many of our estimated tokens one token may be, in a text of long words. */
const maxTokenEstimate = 1.7;

/** No service writes faster: the fastest advertise this for their small models. https://www.cerebras.ai/inference */
const maxTokensPerSecond = 3_000;

/** `undefined`: a budget leaves less than the candidate may cost. */
export async function reserveAttempt(
  spending: RequestSpending,
  {
    owner,
    candidate,
    maxPromptTokens,
    maxOutputTokens: maxTokensOfOne,
    answers = 1,
    details,
  }: ReservationRequest,
): Promise<AttemptReservation | undefined> {
  const { model, costUsd } = candidate;
  const maxOutputTokens = maxTokensOfOne * answers;
  const tryUsd = costUsd?.worst ?? 0;
  const lease = await spending.reserve(owner, tryUsd, details);
  if (!lease) return undefined;
  const leases = [lease];
  let usd = tryUsd;
  let allowedTokens = maxOutputTokens;
  let isExtended = false;

  const addUsd = async (more: number): Promise<boolean> => {
    const added = Number.isFinite(more) ? await spending.reserve(owner, more) : undefined;
    if (!added) return false;
    leases.push(added);
    usd += more;
    return true;
  };
  const outputUsd = (tokens: number): number =>
    model.price
      ? maxCostOf(model.price, maxPromptTokens, tokens) - maxCostOf(model.price, maxPromptTokens, 0)
      : 0;
  const isLimited = (): boolean => tryUsd > 0 && spending.isLimited(owner);
  const extend = async (outputTokens: number): Promise<boolean> => {
    isExtended = true;
    const more = Math.ceil(maxOutputTokens * (maxTokenEstimate - 1));
    if (!(await addUsd(outputUsd(more)))) return false;
    allowedTokens += more;
    return outputTokens <= allowedTokens;
  };

  return {
    lease,
    usd: () => usd,
    async beforeSend(tokens, billedTries) {
      if (!isLimited()) return;
      const limit = (tokens ?? model.contextTokens ?? Number.POSITIVE_INFINITY) * answers;
      const missing = limit > maxOutputTokens ? outputUsd(limit - maxOutputTokens) : 0;
      const needed = tryUsd * (billedTries + 1) + missing;
      if (needed > usd && !(await addUsd(needed - usd))) throw overBudgetError(model.id, tokens);
      allowedTokens = Math.max(allowedTokens, limit);
    },
    mayContinue: (outputTokens) =>
      outputTokens <= allowedTokens || !isLimited() || (!isExtended && extend(outputTokens)),
    unseenUsd: (ms) => outputUsd(Math.min(maxOutputTokens, Math.ceil((ms / 1_000) * maxTokensPerSecond))),
    settle(actualUsd) {
      for (const [index, each] of leases.splice(0).entries())
        spending.settle(each, index === 0 ? actualUsd : 0);
    },
  };
}

const overBudgetError = (model: string, maxOutputTokens: number | undefined): RumboError =>
  new RumboError(
    maxOutputTokens === undefined
      ? `The service of ${model} accepts no limit for its answer, so its cost could exceed a budget.`
      : `Another try of ${model} could exceed a budget.`,
    { kind: 'over-budget', model },
  );
