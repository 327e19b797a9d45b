/** The status bar's few words, its plain-text tooltip, and whether there is anything to ask at all. */
import type { Receipt } from '../../shared/receipts.ts';
import type { ProviderStatus, Status } from '../../shared/status.ts';
import { receiptLine } from './receipt.ts';
import { dollars, oneLine } from './words.ts';

export type StatusBar = { readonly text: string; readonly tooltip: string };

/** @param recent an answer that has just arrived; it shows for a while */
export function statusBar(status: Status | undefined, recent?: Receipt): StatusBar {
  if (!status) return { text: '$(compass) Rumbo', tooltip: 'Rumbo starts with your first request.' };
  return { text: shortText(status, recent), tooltip: tooltip(status) };
}

function shortText({ health, problems, strategy, inFlight }: Status, recent?: Receipt): string {
  if (problems.length > 0) return '$(warning) Rumbo: settings';
  if (inFlight > 0) return '$(loading~spin) Rumbo';
  if (recent) return `$(compass) ${receiptLine(recent)}`;
  if (health === 'offline') return '$(debug-disconnect) Rumbo: no model';
  return `$(compass) Rumbo: ${strategy}`;
}

function tooltip({ strategy, health, today, problems, budgets, providers, keyStore }: Status): string {
  const unknown = today.unknownPrice > 0 ? `, and ${today.unknownPrice} of unknown price` : '';
  const requests = today.requests === 1 ? '1 request' : `${today.requests} requests`;
  const lines = [
    `Strategy: ${strategy}`,
    healthSentences[health],
    `Today: ${dollars(today.costUsd)} for ${requests}${unknown}`,
    ...budgets.map(
      ({ name, spentUsd, limitUsd }) => `Budget ${name}: ${dollars(spentUsd)} of ${dollars(limitUsd)}`,
    ),
    ...(keyStore === 'memory' ? ['Keys are kept in memory only and are gone when the editor closes.'] : []),
    ...problems,
    ...providers.flatMap(({ label, note }) => (note ? [`${label}: ${note}`] : [])),
  ];
  return lines.map(oneLine).join('\n');
}

const healthSentences: Readonly<Record<Status['health'], string>> = {
  ready: 'Everything that is set up can answer.',
  degraded: 'Something that is set up cannot answer now; the Rumbo view says what.',
  offline: 'Nothing can answer now: add a key, start a local engine, or name an endpoint.',
};

/**
 * Whether nothing is set up: no provider is ready, rests, or has a key, and the user has named none.
 * @param named the keys of the user's `rumbo.providers`
 */
export function isEmpty(providers: readonly ProviderStatus[], named: readonly string[]): boolean {
  const hasKey = ({ key }: ProviderStatus) => key !== 'none' && key !== 'not-needed';
  return !providers.some(
    (provider) =>
      provider.state === 'ready' ||
      provider.state === 'resting' ||
      hasKey(provider) ||
      named.includes(provider.name),
  );
}
