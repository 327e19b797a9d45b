/** Records what ghost text did, in ledger, metrics, log and the provider's health. Never its text. */
import { type ModelId, providerOf } from '../../shared/chat.ts';
import type { Counters } from '../metrics/counters.ts';
import type { Ledger } from '../metrics/ledger.ts';
import type { Log } from '../platform/log.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { Clock } from './clock.ts';
import type { CompletionItem } from './completion-item.ts';
import type { GenerationOutcome } from './generate.ts';
import { throttle } from './throttle.ts';

export type InlineAccountingDeps = {
  readonly providers: Pick<ProviderRegistry, 'get'>;
  readonly ledger: Pick<Ledger, 'inline'>;
  readonly counters: Counters;
  readonly log: Log;
};

/** Milliseconds between two reports of the same outcome to a provider. */
const healthIntervalMs = 10_000;
/** Milliseconds between two log lines about the same failure. */
const failureLogIntervalMs = 60_000;

export function inlineAccounting({ providers, ledger, counters, log }: InlineAccountingDeps, clock: Clock) {
  const isDue = throttle(clock);
  return {
    /** A request has ended. */
    recordRequest({ model, outcome, ms, firstTextMs, usage, costUsd }: GenerationOutcome): void {
      const { provider, id, name } = model;
      ledger.inline.add(id, {
        requests: 1,
        cancelled: outcome === 'cancelled' ? 1 : 0,
        input: usage.input,
        output: usage.output,
        costUsd: costUsd ?? 0,
        unknownPrice: costUsd === null ? 1 : 0,
      });
      counters.count('rumbo_inline_requests_total', { provider, outcome });
      counters.count('rumbo_tokens_total', { provider, direction: 'input' }, usage.input);
      counters.count('rumbo_tokens_total', { provider, direction: 'output' }, usage.output);
      if (costUsd !== null) counters.count('rumbo_cost_usd_total', { provider }, costUsd);
      if (firstTextMs !== null) counters.observe('rumbo_inline_first_text_ms', firstTextMs, { provider });
      if (outcome === 'cancelled') return;

      const health = outcome === 'stopped' ? 'ok' : outcome;
      const took = `${Math.round(ms)} ms`;
      if (health === 'ok')
        log.info(`Ghost text: ${id}, ${took}, ${usage.input} tokens in, ${usage.output} out`);
      else if (isDue(`${id} ${outcome}`, failureLogIntervalMs))
        log.info(`Ghost text: ${id} failed, ${outcome}, ${took}`);
      if (isDue(`${provider} ${health}`, healthIntervalMs))
        providers
          .get(provider)
          ?.recordOutcome({ at: new Date().toISOString(), model: name, outcome: health, ms });
    },
    recordOffered(items: readonly CompletionItem[]): void {
      for (const { model, resultType } of items) {
        counters.count('rumbo_inline_offers_total', { provider: providerOf(model), how: resultType });
        // The rest of an item that the user has already seen is not another item.
        if (resultType !== 'typing-as-suggested' && resultType !== 'cache')
          ledger.inline.add(model, { offered: 1 });
      }
    },
    recordAccepted(model: ModelId): void {
      ledger.inline.add(model, { accepted: 1 });
      counters.count('rumbo_inline_accepted_total', { provider: providerOf(model) });
    },
    recordRetained(model: ModelId, characters: number): void {
      ledger.inline.add(model, { keptCharacters: characters });
      counters.count('rumbo_inline_kept_characters_total', { provider: providerOf(model) }, characters);
    },
    /** A fault of Rumbo itself; failures of models are outcomes of requests. */
    logInternalError(message: string, cause: unknown): void {
      if (isDue(message, failureLogIntervalMs)) log.error('Ghost text failed.', cause);
    },
  };
}
