/** Has the chosen models write, within the budgets, and keeps account of what that took. */
import { noUsage, type Usage } from '../../shared/chat.ts';
import type { ErrorKind } from '../../shared/error-kinds.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import type { Model } from '../../shared/models.ts';
import { costOf } from '../routing/price.ts';
import { estimateTokens } from '../routing/tokens.ts';
import { type Clock, steadyClock } from './clock.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';
import type { BuildFimTarget } from './fim-prompt.ts';
import type { CompletionGenerator, CompletionStream, ModelChoice } from './generator.ts';
import { type HedgeCandidate, hedgedRequest } from './hedged-request.ts';
import type { Latencies } from './latencies.ts';
import { observedStream } from './observed-stream.ts';
import type { FimTarget } from './prompting/fim-target.ts';
import type {
  CompletionEndpoint,
  GeneratedText,
  GenerateWithFallback,
} from './prompting/generate-with-fallback.ts';
import type { RankedModel } from './rank-models.ts';

/** What one request took. */
export type GenerationOutcome = {
  readonly model: Model;
  /** `stopped`: its text was sufficient. */
  readonly outcome: 'ok' | 'stopped' | ErrorKind;
  /** From the question to the end. */
  readonly ms: number;
  /** `null`: it said nothing. */
  readonly firstTextMs: number | null;
  readonly usage: Usage;
  /** US dollars. `null`: its price is unknown. */
  readonly costUsd: number | null;
};

export type CompletionGeneratorDeps = {
  /** Who may write here now, best first. Costs next to nothing. */
  readonly candidates: (context: CompletionContext) => readonly RankedModel[];
  /** `undefined`: its provider has gone. */
  readonly fillerOf: (model: Model) => CompletionEndpoint | undefined;
  readonly gapOf: BuildFimTarget;
  readonly fill: GenerateWithFallback;
  /** Sets aside what it could cost. Returns what gives it back; `undefined`: a budget says no. */
  readonly reserve: (model: Model, usd: number) => (() => void) | undefined;
  /** Called once for each request, when it has ended, before what was set aside is given back. */
  readonly account: (account: GenerationOutcome) => void;
  readonly latencies: Latencies;
  /** Whether a paid model may be asked beside another that is late. */
  readonly hedgePaid: () => boolean;
  /** Absent: the real one. */
  readonly clock?: Clock;
};

/** Tokens that a question is at the most beside its texts: instructions of a chat, words of a template. */
const promptOverheadTokens = 600;

export function completionGenerator(parts: CompletionGeneratorDeps): CompletionGenerator {
  const { candidates, fillerOf, gapOf, fill, reserve, account, latencies, hedgePaid } = parts;
  const { clock = steadyClock } = parts;

  const ask = async (
    { model, length: most, isCold }: RankedModel,
    context: CompletionContext,
    wanted: CompletionLength,
    signal: AbortSignal,
  ): Promise<CompletionStream> => {
    const filler = fillerOf(model);
    if (!filler)
      throw new RumboError(`${model.provider} has gone.`, { kind: 'unreachable', model: model.id });
    const shape = most === 'line' ? 'line' : wanted;
    const gap = await gapOf(context, model, shape, signal);
    const giveBack = reserve(model, maxUsd(model, gap));
    if (!giveBack) throw new RumboError('A budget is spent.', { kind: 'over-budget', model: model.id });

    const promptTokens = tokensIn(gap);
    const askedAt = clock.now();
    const end = (outcome: GenerationOutcome['outcome'], firstTextMs: number | null, usage: Usage): void => {
      const ms = clock.now() - askedAt;
      account({ model, outcome, ms, firstTextMs, usage, costUsd: costOf(usage, model.price) });
      giveBack();
    };
    let filling: GeneratedText;
    try {
      filling = await fill(filler, gap, signal);
    } catch (cause) {
      const error = toRumboError(cause, signal);
      if (error.kind === 'cancelled' && !isCold)
        latencies.recordSilence(model.id, promptTokens, clock.now() - askedAt);
      // What it had read may be billed although it said nothing.
      end(error.kind, null, error.data.accepted === true ? { ...noUsage, input: promptTokens } : noUsage);
      throw error;
    }
    const textMs = clock.now() - askedAt;
    let said = '';
    let lineMs: number | undefined;
    const text = observedStream(filling.text, signal, {
      onText(piece) {
        said += piece;
        if (said.trimStart().includes('\n')) lineMs ??= clock.now() - askedAt;
      },
      onEnd(how) {
        const wholeMs = clock.now() - askedAt;
        if (!isCold) latencies.record(model.id, promptTokens, { textMs, lineMs: lineMs ?? wholeMs });
        const estimate = { ...noUsage, input: promptTokens, output: estimateTokens(said) };
        void filling.usage.then((usage) => end(how, textMs, usage ?? estimate));
      },
    });
    return { model: model.id, format: filling.format, text };
  };

  return {
    chooseModel(context): ModelChoice | undefined {
      const [first] = candidates(context);
      return (
        first && {
          model: first.model.id,
          length: first.length,
          usualMs: first.usualMs,
          free: isFreeModel(first.model),
        }
      );
    },
    generate(context, shape, signal) {
      const runners = candidates(context).map(
        (chosen): HedgeCandidate<CompletionStream> => ({
          provider: chosen.model.provider,
          lateAfterMs: chosen.lateAfterMs,
          mayHedge: !chosen.isCold && (isFreeModel(chosen.model) || hedgePaid()),
          start: (ownSignal) => ask(chosen, context, shape, ownSignal),
        }),
      );
      return hedgedRequest(runners, clock, signal);
    },
  };
}

/** Models on the user's machines cost nothing. */
export const isFreeModel = ({ source }: Pick<Model, 'source'>): boolean => source === 'local';

const tokensIn = ({ prefix, suffix, snippets }: FimTarget): number =>
  estimateTokens(prefix) +
  estimateTokens(suffix) +
  snippets.reduce((sum, { name, text }) => sum + estimateTokens(name) + estimateTokens(text), 0);

/** US dollars, with a byte a token, which no tokenizer exceeds. 0 where the price is unknown. */
function maxUsd(model: Model, { prefix, suffix, snippets, maxTokens }: FimTarget): number {
  const texts = [prefix, suffix, ...snippets.flatMap(({ name, text }) => [name, text])];
  const input = texts.reduce((sum, text) => sum + Buffer.byteLength(text), promptOverheadTokens);
  const written = { ...noUsage, input, output: maxTokens + promptOverheadTokens };
  const plain = costOf(written, model.price) ?? 0;
  return Math.max(plain, costOf({ ...written, cacheWrite: input }, model.price) ?? 0);
}
