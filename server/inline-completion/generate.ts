/** Generates completions: requests the ranked models, hedged and within the budgets, and records what each request took. */
import { noUsage } from '../../shared/chat.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import type { Model } from '../../shared/models.ts';
import type { Settings } from '../../shared/settings.ts';
import type { AttemptRecord } from '../accounting/attempt-record.ts';
import type { Engine } from '../engines/engine.ts';
import { completeUsage } from '../metrics/complete-usage.ts';
import { inlineRole } from '../metrics/inline-usage.ts';
import { costOf, isFreeModel, maxCostOf, settledCostOf } from '../routing/price.ts';
import { estimateTokens } from '../routing/tokens.ts';
import { type Clock, steadyClock } from './clock.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';
import type { EligibleModels } from './eligible-models.ts';
import type { BuildFimTarget } from './fim-prompt.ts';
import type { CompletionGenerator, CompletionStream } from './generator.ts';
import { type HedgeCandidate, hedgedRequest } from './hedged-request.ts';
import type { Latencies } from './latencies.ts';
import type { ModelEndpoints } from './model-endpoints.ts';
import { observedStream, type StreamEnd } from './observed-stream.ts';
import { promptOverheadTokens } from './prompt-limits.ts';
import type { FimTarget } from './prompting/fim-target.ts';
import type { GeneratedText, GenerateWithFallback } from './prompting/generate-with-fallback.ts';
import type { RankedModel } from './rank-models.ts';
import type { InlineReservation, Reservations } from './reservations.ts';

export type CompletionGeneratorDeps = {
  /** Takes next to no time. */
  readonly modelsFor: EligibleModels;
  readonly endpoints: Pick<ModelEndpoints, 'endpointOf'>;
  readonly buildFimTarget: BuildFimTarget;
  readonly generateWithFallback: GenerateWithFallback;
  readonly reservations: Pick<Reservations, 'ofSuggestion'>;
  /** Called once for each request, when it has ended, before its reservation is released. */
  readonly record: (attempt: AttemptRecord) => void;
  readonly latencies: Latencies;
  readonly settings: () => Pick<Settings, 'inline.hedgePaid'>;
  /** Absent: the real one. */
  readonly clock?: Clock;
};

export function completionGenerator(deps: CompletionGeneratorDeps): CompletionGenerator {
  const { modelsFor, endpoints, buildFimTarget, latencies, settings, clock = steadyClock } = deps;

  const request = async (
    ranked: RankedModel,
    context: CompletionContext,
    wantedLength: CompletionLength,
    { reserve }: ReturnType<Reservations['ofSuggestion']>,
    signal: AbortSignal,
  ): Promise<CompletionStream> => {
    const { model } = ranked;
    const endpoint = endpoints.endpointOf(model);
    if (!endpoint)
      throw new RumboError(`${model.provider} is no longer configured.`, {
        kind: 'unreachable',
        model: model.id,
      });
    const length = ranked.length === 'line' ? 'line' : wantedLength;
    const target = await buildFimTarget(context, model, length, signal);
    const reservation = await reserve(model, maxUsd(model, target));
    if (!reservation) throw new RumboError('A budget is spent.', { kind: 'over-budget', model: model.id });

    const promptTokens = tokensIn(target);
    const startedAtMs = clock.now();
    const elapsedMs = (): number => clock.now() - startedAtMs;
    const end = (outcome: StreamEnd, firstTextMs: number | null, billed: BilledUsage): void => {
      const costUsd = costOf(billed.usage, model.price);
      const attempt = { model, outcome, ms: elapsedMs(), firstTextMs, ...billed, costUsd };
      deps.record({ ...inlineAttempt, ...attempt, estimatedPromptTokens: promptTokens });
      const settledUsd = settledCostOf(billed.usage, model.price);
      reservation.settle(settledUsd);
    };
    let generated: GeneratedText;
    try {
      generated = await deps.generateWithFallback(withReservation(endpoint, reservation), target, signal);
    } catch (cause) {
      const error = toRumboError(cause, signal);
      if (error.kind === 'cancelled' && !ranked.isCold)
        latencies.recordSilence(model.id, promptTokens, elapsedMs());
      // The service may bill the prompt although no text arrived.
      const isBilled = error.data.accepted === true;
      const tries = Math.max(isBilled ? 1 : 0, reservation.billedFailures());
      const usage = { ...noUsage, input: promptTokens * tries };
      end(error.kind, null, { usage, usageEstimated: true });
      throw error;
    }
    const firstTextMs = elapsedMs();
    let received = '';
    let lineMs: number | undefined;
    const text = observedStream(generated.text, signal, {
      onText(piece) {
        received += piece;
        if (received.trimStart().includes('\n')) lineMs ??= elapsedMs();
      },
      onEnd(outcome) {
        const sample = { textMs: firstTextMs, lineMs: lineMs ?? elapsedMs() };
        if (!ranked.isCold) latencies.record(model.id, promptTokens, sample);
        const estimate = { input: promptTokens, output: estimateTokens(received), reasoning: 0 };
        void generated.usage.then((usage) => end(outcome, firstTextMs, completeUsage(usage, estimate)));
      },
    });
    return { model: model.id, format: generated.format, text };
  };

  return {
    chooseModel(context) {
      const [first] = modelsFor(context);
      if (!first) return undefined;
      const { model, length, usualMs } = first;
      return { model: model.id, length, usualMs, free: isFreeModel(model) };
    },
    generate(context, length, signal) {
      const suggestion = deps.reservations.ofSuggestion();
      const candidates = modelsFor(context).map(
        (ranked): HedgeCandidate<CompletionStream> => ({
          provider: ranked.model.provider,
          lateAfterMs: ranked.lateAfterMs,
          mayHedge: !ranked.isCold && (isFreeModel(ranked.model) || settings()['inline.hedgePaid']),
          start: (ownSignal) => request(ranked, context, length, suggestion, ownSignal),
        }),
      );
      return hedgedRequest(candidates, clock, signal);
    },
  };
}

/** The endpoint, with each try of a request announced to its reservation. */
function withReservation<Endpoint extends { readonly engine: Pick<Engine, 'stream'> }>(
  endpoint: Endpoint,
  { beforeSend, onBilledFailure }: InlineReservation,
): Endpoint {
  const { engine } = endpoint;
  const stream: Engine['stream'] = (name, request, signal) =>
    engine.stream(name, { ...request, beforeSend, onBilledFailure }, signal);
  return { ...endpoint, engine: { ...engine, stream } };
}

/** What every attempt of ghost text has in common. */
const inlineAttempt = { kind: 'inline', role: inlineRole, task: 'simple_generation' } as const;

type BilledUsage = Pick<AttemptRecord, 'usage' | 'usageEstimated'>;

const tokensIn = ({ prefix, suffix, snippets }: FimTarget): number =>
  estimateTokens(prefix) +
  estimateTokens(suffix) +
  snippets.reduce((sum, { name, text }) => sum + estimateTokens(name) + estimateTokens(text), 0);

/** The highest possible price in US dollars, at a byte per token, which no tokenizer exceeds. 0 if the price is unknown. */
function maxUsd({ price }: Model, { prefix, suffix, snippets, maxTokens }: FimTarget): number {
  if (!price) return 0;
  const texts = [prefix, suffix, ...snippets.flatMap(({ name, text }) => [name, text])];
  const input = texts.reduce((sum, text) => sum + Buffer.byteLength(text), promptOverheadTokens);
  return maxCostOf(price, input, maxTokens + promptOverheadTokens);
}
