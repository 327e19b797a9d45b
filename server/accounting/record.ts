/** Records what each attempt came to, for both request paths: ledger, metrics, model statistics, provider status, log. */
import type { Receipt } from '../../shared/receipts.ts';
import type { Counters } from '../metrics/counters.ts';
import type { Ledger } from '../metrics/ledger.ts';
import type { ModelStats } from '../metrics/model-stats.ts';
import type { Log } from '../platform/log.ts';
import { throttle } from '../platform/throttle.ts';
import type { Provider } from '../providers/provider.ts';
import type { AttemptRecord } from './attempt-record.ts';
import { answerLine, attemptLine } from './log-lines.ts';

export type AccountingDeps = {
  readonly providers: {
    get(
      name: string,
    ):
      | (Pick<Provider, 'recordOutcome' | 'recordCancel'> & Partial<Pick<Provider, 'recordUsage'>>)
      | undefined;
  };
  readonly ledger: Pick<Ledger, 'whenWritten'> & {
    readonly add: Ledger['add'];
    readonly inline: Pick<Ledger['inline'], 'add'>;
  };
  readonly metrics: Pick<Counters, 'count' | 'observe'>;
  readonly modelStats: Pick<ModelStats, 'record' | 'recordFirstPart'>;
  readonly log: Pick<Log, 'info'>;
  /** Milliseconds on a clock that only rises. Absent: the real one. */
  readonly elapsedMs?: () => number;
};

/** Milliseconds from one report of ghost text to its provider's status to the next, while the outcome stays the same. */
const inlineStatusEveryMs = 10_000;
/** Milliseconds in which the same failure of ghost text is logged once. */
const inlineFailureEveryMs = 60_000;

export function createAccounting(deps: AccountingDeps) {
  const { providers, ledger, metrics, modelStats, log, elapsedMs = () => performance.now() } = deps;
  const isDue = throttle({ now: elapsedMs });

  const countUsage = ({ model: { provider }, usage, costUsd }: AttemptRecord): void => {
    if (usage.input > 0) metrics.count('rumbo_tokens_total', { provider, direction: 'input' }, usage.input);
    if (usage.output > 0)
      metrics.count('rumbo_tokens_total', { provider, direction: 'output' }, usage.output);
    if (costUsd !== null) metrics.count('rumbo_cost_usd_total', { provider }, costUsd);
  };

  const reportToProvider = ({ model, outcome, ms }: AttemptRecord): void =>
    providers.get(model.provider)?.recordOutcome({
      at: new Date().toISOString(),
      model: model.name,
      outcome: outcome === 'stopped' ? 'ok' : outcome,
      ms,
    });

  const recordAsk = (attempt: AttemptRecord): void => {
    const { model, outcome, firstTextMs, receipt } = attempt;
    const { provider } = model;
    metrics.count('rumbo_attempts_total', { provider, outcome });
    if (receipt) ledger.add(receipt, attempt.lease);
    if (receipt) countUsage(attempt);
    if (receipt && outcome === 'ok') {
      metrics.observe('rumbo_total_ms', receipt.totalMs, { provider });
      if (firstTextMs !== null) metrics.observe('rumbo_first_token_ms', firstTextMs, { provider });
    }
    log.info(receipt && outcome === 'ok' ? answerLine(receipt) : attemptLine(attempt));
    // The user's cancel says nothing about the provider.
    if (outcome === 'cancelled') providers.get(provider)?.recordCancel(model.name);
    else reportToProvider(attempt);
  };

  const recordInline = (attempt: AttemptRecord): void => {
    const { model, outcome, firstTextMs, usage, costUsd } = attempt;
    const { provider, id } = model;
    const counts = {
      requests: 1,
      cancelled: outcome === 'cancelled' ? 1 : 0,
      input: usage.input,
      output: usage.output,
      costUsd: costUsd ?? 0,
      unknownPrice: costUsd === null ? 1 : 0,
    };
    ledger.inline.add(id, counts, attempt.ms);
    metrics.count('rumbo_inline_requests_total', { provider, outcome });
    countUsage(attempt);
    if (firstTextMs !== null) metrics.observe('rumbo_inline_first_text_ms', firstTextMs, { provider });
    // A keystroke cancels most requests: that is no sign of the provider's health.
    if (outcome === 'cancelled') return;
    const succeeded = outcome === 'ok' || outcome === 'stopped';
    if (succeeded || isDue(`${id} ${outcome}`, inlineFailureEveryMs)) log.info(attemptLine(attempt));
    if (isDue(`${provider} ${succeeded ? 'ok' : outcome}`, inlineStatusEveryMs)) reportToProvider(attempt);
  };

  return {
    /** Call once for each attempt, when it has ended and before what was reserved for it is released. */
    record(attempt: AttemptRecord): void {
      if (attempt.kind === 'ask') recordAsk(attempt);
      else recordInline(attempt);
      recordSample(attempt);
    },
    /** Resolves when what was recorded survives this process, or soon. Absent: there is no disk. */
    ...(ledger.whenWritten ? { whenWritten: ledger.whenWritten } : {}),
    /** An answer came from the cache: no attempt was made. */
    recordCachedAnswer(receipt: Receipt): void {
      ledger.add(receipt);
      log.info(answerLine(receipt));
    },
  };

  /** Neither an estimated usage nor that of a cut prompt or of several tries is a sample of how a model counts tokens; ghost text is measured by its own path. */
  function recordSample(attempt: AttemptRecord): void {
    const { kind, model, task, outcome, usage, usageEstimated, promptCut, tries = 1 } = attempt;
    const { firstTextMs, firstPartMs, ms } = attempt;
    if (kind !== 'ask' || outcome !== 'ok') return;
    if (firstPartMs !== undefined && firstPartMs !== null)
      modelStats.recordFirstPart(model.id, attempt.estimatedPromptTokens, firstPartMs);
    if (usageEstimated || promptCut || tries > 1) return;
    providers.get(model.provider)?.recordUsage?.(model.name, usage);
    modelStats.record({
      model: model.id,
      task,
      estimatedTokens: attempt.estimatedPromptTokens,
      usage,
      firstTokenMs: firstTextMs,
      streamMs: ms - (firstTextMs ?? ms),
    });
  }
}

export type Accounting = ReturnType<typeof createAccounting>;
