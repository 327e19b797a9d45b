/** A candidate that cannot run when it is next: its provider is gone, or another request has taken its budget. */
import type { Model } from '../../shared/models.ts';
import type { Exclusion } from '../../shared/protocol.ts';
import type { RankedCandidate } from '../routing/balancer.ts';
import type { RoutingSnapshot } from '../routing/snapshot.ts';
import { type AnswerProgress, type AttemptsDeps, balanceAgain, keepPin } from './answer-progress.ts';

/** No provider has the model any more. */
export function skipWithoutProvider(deps: AttemptsDeps, progress: AnswerProgress, { id }: Model): void {
  progress.skipped.push({ model: id, rule: 'unknown', reason: 'No provider lists it.' });
  keepPin(deps, progress, id);
}

/** The budgets refused to reserve what the model may cost. */
export function skipOverBudget(
  deps: AttemptsDeps,
  progress: AnswerProgress,
  candidate: RankedCandidate,
): void {
  const { id } = candidate.model;
  const { decision, snapshot } = balanceAgain(deps, progress);
  const exclusion = decision.excluded.find(({ model }) => model === id);
  progress.skipped.push(exclusion ?? takenBudget(candidate, snapshot));
  keepPin(deps, progress, id);
}

/** The reservation that took the budget is of another window and does not show here yet, or it has ended since. */
function takenBudget(
  { model, costUsd }: RankedCandidate,
  { remainingBudgetByProvider, remainingBudget }: RoutingSnapshot,
): Exclusion {
  const { name } = remainingBudgetByProvider.get(model.provider) ?? remainingBudget;
  const cost = costUsd ? `It could cost $${costUsd.worst.toFixed(4)}, and another` : 'Another';
  return {
    model: model.id,
    rule: 'budget',
    reason: `${cost} request has reserved what was left of ${name}.`,
  };
}
