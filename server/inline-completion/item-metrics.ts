/** Counts the items of ghost text: shown, accepted, and retained in the document. */
import { type ModelId, providerOf } from '../../shared/chat.ts';
import type { Counters } from '../metrics/counters.ts';
import type { Ledger } from '../metrics/ledger.ts';
import type { CompletionItem } from './completion-item.ts';

export type ItemMetricsDeps = {
  readonly ledger: { readonly inline: Pick<Ledger['inline'], 'add'> };
  readonly metrics: Pick<Counters, 'count'>;
};

export function itemMetrics({ ledger, metrics }: ItemMetricsDeps) {
  return {
    recordShown(items: readonly CompletionItem[]): void {
      for (const { model, resultType } of items) {
        metrics.count('rumbo_inline_offers_total', { provider: providerOf(model), how: resultType });
        // The rest of an item that the user has already seen is not another item.
        if (resultType !== 'typing-as-suggested' && resultType !== 'cache')
          ledger.inline.add(model, { offered: 1 });
      }
    },
    recordAccepted(model: ModelId): void {
      ledger.inline.add(model, { accepted: 1 });
      metrics.count('rumbo_inline_accepted_total', { provider: providerOf(model) });
    },
    recordRetained(model: ModelId, characters: number): void {
      ledger.inline.add(model, { keptCharacters: characters });
      metrics.count('rumbo_inline_kept_characters_total', { provider: providerOf(model) }, characters);
    },
  };
}
