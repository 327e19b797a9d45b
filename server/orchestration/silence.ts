/** How long a model may be silent before the next candidate is asked too. */
import type { ModelId } from '../../shared/chat.ts';
import type { Model } from '../../shared/models.ts';
import { socketTimer } from '../platform/socket-timer.ts';
import type { AnswerProgress, AttemptsDeps, ChosenCandidate } from './answer-progress.ts';
import { pinPolicy } from './route.ts';

/** Milliseconds to the first part. */
const silenceMs = {
  usual: 10_000,
  /** Services that hide the thoughts of a model send nothing while it reasons. */
  reasoning: 60_000,
  /** It failed a moment ago, and this request only probes whether it works again. */
  probe: 2_000,
};
/** How much longer than usual a model may take. */
const slownessFactor = 1.5;

/**
 * Milliseconds that a model may be silent.
 * @param firstPartP95Ms what it took at most to its first part, one time in twenty left out. Absent: not measured yet
 */
export function silenceLimitMs(
  { reasons }: Pick<Model, 'reasons'>,
  isProbe: boolean,
  firstPartP95Ms: number | undefined,
): number {
  const limitMs = reasons ? silenceMs.reasoning : isProbe ? silenceMs.probe : silenceMs.usual;
  return Math.max(limitMs, slownessFactor * (firstPartP95Ms ?? 0));
}

/**
 * Whether no other candidate may be asked beside this one: a pinned model is not replaced, no user waits for work in the
 * background, and there may be no other candidate.
 */
export const isAskedAlone = (
  { settings }: Pick<AttemptsDeps, 'settings'>,
  { queue, decision, prepared: { params } }: Pick<AnswerProgress, 'queue' | 'decision' | 'prepared'>,
  id: ModelId,
): boolean =>
  queue.isLast() ||
  params.urgency === 'background' ||
  (id === decision.pin && pinPolicy(params, settings()) !== 'next');

/** Calls back once when the model has been silent for too long; time in which its engine loads it does not count. */
export function watchSilence(
  { modelStats, modelCatalog }: Pick<AttemptsDeps, 'modelStats' | 'modelCatalog'>,
  { criteria }: Pick<AnswerProgress, 'criteria'>,
  { candidate: { model }, provider }: ChosenCandidate,
  onSilent: () => void,
): { readonly stop: () => void } {
  const isProbe = provider.isStable?.(model.name) === false;
  let waitedMs = 0;
  let wasLoading = false;
  // What most requests never need is computed when the shortest limit is over.
  let stepMs = isProbe ? silenceMs.probe : silenceMs.usual;
  const timer = socketTimer(stepMs, () => {
    const isLoading = modelCatalog.isLoading(model.id);
    waitedMs = isLoading || wasLoading ? 0 : waitedMs + stepMs;
    wasLoading = isLoading;
    const measuredMs = modelStats.firstPartP95Ms(model.id, criteria.promptTokens);
    const restMs = silenceLimitMs(model, isProbe, measuredMs) - waitedMs;
    if (restMs <= 0) {
      onSilent();
      return;
    }
    stepMs = restMs;
    timer.restart(stepMs);
  });
  return timer;
}
