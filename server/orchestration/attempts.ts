/** One answer, told by one model after the other until it is whole: fallback before the first word, resume after it. */
import type { ModelId } from '../../shared/chat.ts';
import { errorPolicies } from '../../shared/error-kinds.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import type { AskParams, AskPart, AskResult } from '../../shared/protocol.ts';
import type { Attempt, Receipt } from '../../shared/receipts.ts';
import type { Settings } from '../../shared/settings.ts';
import type { TaskType } from '../../shared/tasks.ts';
import type { CacheKey, ResponseCache } from '../cache/response-cache.ts';
import type { WarmPrefixes } from '../cache/warm-prefixes.ts';
import type { Budgets } from '../metrics/budget.ts';
import type { Counters } from '../metrics/counters.ts';
import type { Ledger } from '../metrics/ledger.ts';
import { type AnswerMeasurement, meter } from '../metrics/meter.ts';
import type { ModelStats } from '../metrics/model-stats.ts';
import type { Log } from '../platform/log.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import { balance, type Decision, type RankedCandidate } from '../routing/balancer.ts';
import { noCandidateError, pinnedModelError } from '../routing/no-candidate-error.ts';
import { costOf } from '../routing/price.ts';
import type { RoutingCriteria, RoutingSnapshot } from '../routing/snapshot.ts';
import { estimateTokens } from '../routing/tokens.ts';
import { attemptQueue } from './attempt-queue.ts';
import { continuationMessages } from './continuation.ts';
import { type PartialAnswer, partialAnswer } from './partial-answer.ts';
import { logLine, type RequestMeta, receipt } from './receipt.ts';
import { isLocalOnlyRequest, type RoutingRequest, toCompletionRequest, withAppendedText } from './request.ts';
import { routeDecision } from './route.ts';

export type AttemptsDeps = {
  readonly settings: () => Settings;
  readonly providers: ProviderRegistry;
  readonly cache: ResponseCache;
  readonly budgets: Budgets;
  readonly ledger: Ledger;
  readonly counters: Counters;
  readonly past: ModelStats;
  readonly warm: WarmPrefixes;
  readonly log: Log;
  /** Local models that can do this kind of work, the best first. */
  readonly favourites: (role: string | undefined, task: TaskType) => RoutingSnapshot['recommendedLocal'];
  /** Local models that are not in memory, and the milliseconds that loading takes. */
  readonly coldStarts: () => RoutingSnapshot['coldStartMs'];
  /** What the balancer sees now. */
  readonly snapshot: (request: RoutingRequest) => RoutingSnapshot;
  /** Answers being given now, by provider; kept up to date here. */
  readonly busy: Map<string, number>;
};

/** A question that is admitted, read and not in the cache. */
export type Job = {
  readonly params: AskParams;
  readonly request: RoutingRequest;
  readonly told: RequestMeta;
  readonly question: CacheKey;
  /** Those it was read with. */
  readonly settingsBefore: Settings;
};

/** Who failed last, and how. */
type Failed = { readonly model: ModelId; readonly error: RumboError };

export type Answering = (job: Job, signal: AbortSignal) => AsyncGenerator<AskPart, AskResult>;

export function attempts(rooms: AttemptsDeps): Answering {
  const { settings, providers, cache, budgets, ledger, counters, past, warm, log, snapshot, busy } = rooms;

  /** What is to happen when a pinned model cannot answer. */
  const pinRule = (params: AskParams) =>
    params.whenPinnedUnavailable ?? settings()['routing.whenPinnedUnavailable'];
  const decide = routeDecision({ providers, counters, snapshot, pinRule });

  async function* answer(
    { params, request, told, question, settingsBefore }: Job,
    signal: AbortSignal,
  ): AsyncGenerator<AskPart, AskResult> {
    const { messages, classification } = request;
    const counted = new Map<ModelId, number>();
    const routeNow = (): RoutingCriteria => ({
      ...request.route,
      ...(settings() === settingsBefore ? {} : { localOnly: isLocalOnlyRequest(params, settings()) }),
      ...(counted.size > 0 ? { exactPromptTokens: counted } : {}),
    });
    const { route, seen, decision } = await decide({ params, request, routeNow, counted }, signal);
    const plan = attemptQueue(answerable(decision, params, route, seen).map(({ model }) => model.id));
    const mode = params.onInterruption ?? settingsBefore['routing.onInterruption'];
    const whole = partialAnswer(params, () => performance.now());

    const attempts: Attempt[] = [];
    let failed: Failed | undefined;
    /** Why the answer first broke off: who was asked to go on afterwards could not help that. */
    let brokeOff: RumboError | undefined;
    const final = (error: RumboError): RumboError =>
      error.with({
        attempts,
        ...(whole.partial === '' ? {} : { partial: whole.partial }),
        ...(failed && failed.model === decision.pin && pinRule(params) !== 'next'
          ? { pinned: decision.pin }
          : {}),
      });
    for (let turn = plan.next(); turn; turn = plan.next()) {
      // What failed, other questions, or new settings may have taken it out since it was planned.
      const now = failed ? balance(withAppendedText(routeNow(), whole.text), snapshot(request)) : decision;
      const candidate = now.candidates.find(({ model }) => model.id === turn.id);
      const provider = candidate && providers.get(candidate.model.provider);
      if (!provider) continue;
      const { model } = candidate;
      const { engine, config } = provider;
      const manner = turn.mode ?? (engine.supportsPrefill(model.name) ? 'prefill' : 'instruct');
      const release = budgets.reserve(
        { provider: model.provider, role: params.role ?? '' },
        worstOf(candidate),
      );
      // Another question was quicker: the filter now sees what it took.
      if (!release) continue;
      busy.set(model.provider, (busy.get(model.provider) ?? 0) + 1);
      const settingsSent = settings();
      const meterOf = meter(route.promptTokens, estimateTokens, () => performance.now());
      const sentAt = performance.now();
      let started = false;
      let beginning = '';
      try {
        if (failed) {
          const change = takeOver(whole, mode, failed, model.id);
          if (turn.mode === undefined) yield change;
        }
        beginning = whole.text;
        const asked = beginning === '' ? messages : continuationMessages(messages, beginning, manner);
        for await (const part of engine.stream(
          model.name,
          toCompletionRequest(model, asked, params, plan.isLast()),
          signal,
        )) {
          meterOf.observe(part);
          if (!started) yield { type: 'start', model: model.id, cached: false, ...noteField(config.note) };
          started = true;
          yield* whole.append(part);
        }
        yield* whole.flush();
        const measured = meterOf.result();
        if (isNothing(measured, whole)) throw saidNothing();
        const ms = performance.now() - sentAt;
        attempts.push({ model: model.id, outcome: 'ok', ms });
        yield { type: 'finish', reason: measured.reason, usage: measured.usage };
        const paper = receipt.answered(told, {
          candidate,
          decision,
          attempts,
          measured: { ...measured, firstTokenAt: whole.firstTextAt },
          takeovers: whole.takeovers,
          plainInputTokens: route.promptTokens,
          note: config.note,
        });
        settle(candidate, paper, measured, { route, sentAt, ms });
        // After the answer has gone out: a long conversation takes a moment to digest.
        setImmediate(() => warm.add(messages, { model: model.id, tokens: route.promptTokens }));
        ledger.add(paper);
        log.info(logLine(paper));
        // New settings may want another model, or no answer kept: they have cleared the cache already.
        const mayKeep = settings() === settingsSent && settingsSent['cache.enabled'];
        if (mayKeep && isKeepable(measured, whole))
          cache.set(question, { ...measured, text: whole.text, model: model.id });
        return { ...whole.result(), receipt: paper };
      } catch (cause) {
        const error = toRumboError(cause, signal);
        yield* whole.flush();
        const ms = performance.now() - sentAt;
        // What it had read and said was billed: the ledger must not forget it.
        const billed = started || error.data.accepted === true;
        const broken = {
          candidate,
          decision,
          attempts,
          measured: meterOf.result(),
          takeovers: whole.takeovers,
          plainInputTokens: route.promptTokens,
        };
        attempts.push({
          model: model.id,
          outcome: error.kind,
          ms,
          message: error.message,
          ...(billed ? { costUsd: costOf(broken.measured.usage, model.price) } : {}),
        });
        note(candidate, error.kind, ms);
        log.info(
          `${params.role ?? classification.task}: ${model.id} did not answer, ${error.kind}, ${Math.round(ms)} ms`,
        );
        if (billed) ledger.add(receipt.broken(told, broken));

        if (beginning !== '' && error.kind === 'invalid-request' && manner === 'prefill') {
          plan.retryWithInstruction(model.id);
          continue;
        }
        const broke = whole.text !== '';
        if (broke) brokeOff ??= error;
        if (signal.aborted || !mayGoOn(error, whole, mode, beginning))
          throw final(signal.aborted ? error : (brokeOff ?? error));
        if (whole.text !== beginning) plan.repeatOnceAtEnd(model.id);
        // A pin that fails on the way is no more replaced silently than one that could not start.
        if (model.id === decision.pin && pinRule(params) !== 'next') plan.keepOnly(model.id);
        failed = { model: model.id, error };
      } finally {
        busy.set(model.provider, (busy.get(model.provider) ?? 1) - 1);
        release();
      }
    }
    const error = brokeOff ?? failed?.error;
    if (error) throw final(error);
    const now = snapshot(request);
    throw final(noCandidateError(balance(routeNow(), now), route, now));
  }

  /** The candidates, or the reason why there is none or the pinned one is lost. */
  function answerable(
    decision: Decision,
    params: AskParams,
    route: RoutingCriteria,
    seen: RoutingSnapshot,
  ): readonly RankedCandidate[] {
    const { unavailablePin, candidates } = decision;
    if (unavailablePin && (pinRule(params) !== 'next' || candidates.length === 0))
      throw pinnedModelError(unavailablePin);
    if (candidates.length === 0) throw noCandidateError(decision, route, seen);
    return candidates;
  }

  function settle(
    candidate: RankedCandidate,
    { costUsd, totalMs, task }: Receipt,
    { usage, usageEstimated, firstTokenAt }: AnswerMeasurement,
    { route, sentAt, ms }: { readonly route: RoutingCriteria; readonly sentAt: number; readonly ms: number },
  ): void {
    const { provider, id } = candidate.model;
    note(candidate, 'ok', ms);
    counters.observe('rumbo_total_ms', totalMs, { provider });
    counters.count('rumbo_tokens_total', { provider, direction: 'input' }, usage.input);
    counters.count('rumbo_tokens_total', { provider, direction: 'output' }, usage.output);
    if (costUsd !== null) counters.count('rumbo_cost_usd_total', { provider }, costUsd);
    const firstTokenMs = firstTokenAt === null ? null : firstTokenAt - sentAt;
    if (firstTokenMs !== null) counters.observe('rumbo_first_token_ms', firstTokenMs, { provider });
    // What we counted ourselves teaches nothing about how well we count.
    if (usageEstimated) return;
    past.record({
      model: id,
      task,
      estimatedTokens: route.promptTokens,
      usage,
      firstTokenMs,
      streamMs: ms - (firstTokenMs ?? ms),
    });
  }

  function note({ model }: RankedCandidate, outcome: Attempt['outcome'], ms: number): void {
    counters.count('rumbo_attempts_total', { provider: model.provider, outcome });
    providers
      .get(model.provider)
      ?.recordOutcome({ at: new Date().toISOString(), model: model.name, outcome, ms });
  }

  return answer;
}

/** What is set aside; the filter has just seen that the budgets hold it. */
const worstOf = ({ model, costUsd }: RankedCandidate): number =>
  model.source === 'local' ? 0 : (costUsd?.worst ?? 0);

/** The next candidate may be asked: nothing has been said yet, or somebody else may go on with it. */
function mayGoOn(
  error: RumboError,
  { text, calls }: PartialAnswer,
  mode: Settings['routing.onInterruption'],
  beginning: string,
): boolean {
  // A call was handed out already: a second model might make it again.
  if (calls.length > 0 || (text !== '' && mode === 'fail')) return false;
  // Who cannot be asked to go on says nothing about the request.
  return errorPolicies[error.kind].fallback || (beginning !== '' && error.kind === 'invalid-request');
}

/** What is told when the next model takes over, and what it means for the answer so far. */
function takeOver(
  whole: PartialAnswer,
  mode: Settings['routing.onInterruption'],
  { model: from, error }: Failed,
  to: ModelId,
): AskPart {
  const reason = error.message;
  if (whole.text === '') return { type: 'fallback', from, reason };
  const how = mode === 'restart' ? 'restart' : 'continue';
  if (how === 'restart') whole.restart();
  else whole.continueWith({ from, to, reason });
  return { type: 'takeover', from, to, mode: how, reason };
}

/** Services that fail inside say so in this way, too. A limit or a filter that left nothing is told by its own name. */
const isNothing = ({ reason }: AnswerMeasurement, { text, calls }: PartialAnswer): boolean =>
  text === '' && calls.length === 0 && (reason === 'stop' || reason === 'other');

const saidNothing = (): RumboError =>
  new RumboError('The model answered with nothing.', {
    kind: 'bad-response',
    action: 'Ask again, or use another model.',
  });

/** Only a whole answer by one model is worth giving again. */
const isKeepable = ({ reason }: AnswerMeasurement, { text, takeovers, calls }: PartialAnswer): boolean =>
  reason === 'stop' && text !== '' && takeovers.length === 0 && calls.length === 0;

export const noteField = (note: string | undefined) => (note === undefined ? {} : { note });
