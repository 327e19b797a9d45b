/** Has the chosen models write, within the budgets, and keeps account of what that took. */
import { noUsage, type Usage } from '../../shared/chat.ts';
import type { ErrorKind } from '../../shared/error-kinds.ts';
import { RumboError, toRumboError } from '../../shared/errors.ts';
import type { Model } from '../../shared/models.ts';
import { costOf } from '../routing/price.ts';
import { estimateTokens } from '../routing/tokens.ts';
import { type Clock, steadyClock } from './clock.ts';
import type { CompletionContext, CompletionLength } from './completion-context.ts';
import type { GapOf } from './fim-prompt.ts';
import type { Choice, Generator, Writing } from './generator.ts';
import { firstToSpeak, type Runner } from './hedged-request.ts';
import type { Latencies } from './latencies.ts';
import { watched } from './observed-stream.ts';
import type { FimTarget } from './prompting/fim-target.ts';
import type { Filler, Filling, FillOver } from './prompting/generate-with-fallback.ts';
import type { Chosen } from './rank-models.ts';

/** What one request took. */
export type Account = {
  readonly model: Model;
  /** `left`: it had said enough. */
  readonly outcome: 'ok' | 'left' | ErrorKind;
  /** From the question to the end. */
  readonly ms: number;
  /** `null`: it said nothing. */
  readonly firstTextMs: number | null;
  readonly usage: Usage;
  /** US dollars. `null`: its price is unknown. */
  readonly costUsd: number | null;
};

export type WritingParts = {
  /** Who may write here now, best first. Costs next to nothing. */
  readonly candidates: (situation: CompletionContext) => readonly Chosen[];
  /** `undefined`: its provider has gone. */
  readonly fillerOf: (model: Model) => Filler | undefined;
  readonly gapOf: GapOf;
  readonly fill: FillOver;
  /** Sets aside what it could cost. Returns what gives it back; `undefined`: a budget says no. */
  readonly reserve: (model: Model, usd: number) => (() => void) | undefined;
  /** Called once for each request, when it has ended, before what was set aside is given back. */
  readonly account: (account: Account) => void;
  readonly latencies: Latencies;
  /** Whether a paid model may be asked beside another that is late. */
  readonly hedgePaid: () => boolean;
  /** Absent: the real one. */
  readonly clock?: Clock;
};

/** Tokens that a question is at the most beside its texts: instructions of a chat, words of a template. */
const aroundGap = 600;

export function writing(parts: WritingParts): Generator {
  const { candidates, fillerOf, gapOf, fill, reserve, account, latencies, hedgePaid } = parts;
  const { clock = steadyClock } = parts;

  const ask = async (
    { model, shape: most, cold }: Chosen,
    situation: CompletionContext,
    wanted: CompletionLength,
    signal: AbortSignal,
  ): Promise<Writing> => {
    const filler = fillerOf(model);
    if (!filler)
      throw new RumboError(`${model.provider} has gone.`, { kind: 'unreachable', model: model.id });
    const shape = most === 'line' ? 'line' : wanted;
    const gap = await gapOf(situation, model, shape, signal);
    const giveBack = reserve(model, worstUsd(model, gap));
    if (!giveBack) throw new RumboError('A budget is spent.', { kind: 'over-budget', model: model.id });

    const promptTokens = tokensIn(gap);
    const askedAt = clock.now();
    const end = (outcome: Account['outcome'], firstTextMs: number | null, usage: Usage): void => {
      const ms = clock.now() - askedAt;
      account({ model, outcome, ms, firstTextMs, usage, costUsd: costOf(usage, model.price) });
      giveBack();
    };
    let filling: Filling;
    try {
      filling = await fill(filler, gap, signal);
    } catch (cause) {
      const error = toRumboError(cause, signal);
      if (error.kind === 'cancelled' && !cold)
        latencies.silent(model.id, promptTokens, clock.now() - askedAt);
      // What it had read may be billed although it said nothing.
      end(error.kind, null, error.data.accepted === true ? { ...noUsage, input: promptTokens } : noUsage);
      throw error;
    }
    const textMs = clock.now() - askedAt;
    let said = '';
    let lineMs: number | undefined;
    const text = watched(filling.text, signal, {
      piece(piece) {
        said += piece;
        if (said.trimStart().includes('\n')) lineMs ??= clock.now() - askedAt;
      },
      over(how) {
        const wholeMs = clock.now() - askedAt;
        if (!cold) latencies.learn(model.id, promptTokens, { textMs, lineMs: lineMs ?? wholeMs });
        const estimate = { ...noUsage, input: promptTokens, output: estimateTokens(said) };
        void filling.usage.then((usage) => end(how, textMs, usage ?? estimate));
      },
    });
    return { model: model.id, manner: filling.manner, text };
  };

  return {
    choose(situation): Choice | undefined {
      const [first] = candidates(situation);
      return (
        first && {
          model: first.model.id,
          shape: first.shape,
          usualMs: first.usualMs,
          free: isFree(first.model),
        }
      );
    },
    write(situation, shape, signal) {
      const runners = candidates(situation).map(
        (chosen): Runner<Writing> => ({
          place: chosen.model.provider,
          lateAfterMs: chosen.lateAfterMs,
          mayHelp: !chosen.cold && (isFree(chosen.model) || hedgePaid()),
          start: (ownSignal) => ask(chosen, situation, shape, ownSignal),
        }),
      );
      return firstToSpeak(runners, clock, signal);
    },
  };
}

/** Models on the user's machines cost nothing. */
export const isFree = ({ source }: Pick<Model, 'source'>): boolean => source === 'local';

const tokensIn = ({ prefix, suffix, extra }: FimTarget): number =>
  estimateTokens(prefix) +
  estimateTokens(suffix) +
  extra.reduce((sum, { name, text }) => sum + estimateTokens(name) + estimateTokens(text), 0);

/** US dollars, with a byte a token, which no tokenizer exceeds. 0 where the price is unknown. */
function worstUsd(model: Model, { prefix, suffix, extra, maxTokens }: FimTarget): number {
  const texts = [prefix, suffix, ...extra.flatMap(({ name, text }) => [name, text])];
  const input = texts.reduce((sum, text) => sum + Buffer.byteLength(text), aroundGap);
  const written = { ...noUsage, input, output: maxTokens + aroundGap };
  const plain = costOf(written, model.price) ?? 0;
  return Math.max(plain, costOf({ ...written, cacheWrite: input }, model.price) ?? 0);
}
