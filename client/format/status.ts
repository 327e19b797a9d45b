/** The text and tooltip of the status bar, and whether any provider is set up. */
import type { Receipt } from '../../shared/receipts.ts';
import type { ProviderStatus, Status } from '../../shared/status.ts';
import { ghostTextLine } from './ghost-text.ts';
import { userProblem } from './provider.ts';
import { receiptLine } from './receipt.ts';
import { formatDollars, formatLocalTime, oneLine } from './text.ts';

export type StatusBarText = { readonly text: string; readonly tooltip: string };

/** @param recent receipt of an answer that has just arrived; shown for a while */
export function statusBarText(status: Status | undefined, recent?: Receipt, locale?: string): StatusBarText {
  if (!status) return { text: '$(compass) Rumbo', tooltip: 'Rumbo starts with your first request.' };
  const until = localOnlyUntil(status.providers);
  const lock = until && formatLocalTime(until, locale);
  return { text: shortText(status, recent, lock), tooltip: tooltip(status, lock) };
}

function shortText(
  { health, problems, strategy, inFlight, inline }: Status,
  recent: Receipt | undefined,
  lock: string | undefined,
): string {
  if (problems.length > 0) return '$(warning) Rumbo: settings';
  if (inFlight > 0) return '$(loading~spin) Rumbo';
  if (recent) return `$(compass) ${receiptLine(recent)}`;
  if (health === 'offline') return '$(debug-disconnect) Rumbo: no model';
  if (inline?.state === 'paused') return '$(debug-pause) Rumbo: ghost text paused';
  if (inline?.state === 'no-model') return '$(compass) Rumbo: no ghost text';
  if (lock) return `$(compass) Rumbo: local until ${lock}`;
  return `$(compass) Rumbo: ${strategy}`;
}

function tooltip(
  { strategy, health, today, problems, budgets, providers, keyStore, inline }: Status,
  lock: string | undefined,
): string {
  const unknown = today.unknownPrice > 0 ? `, and ${today.unknownPrice} of unknown price` : '';
  const requests = today.requests === 1 ? '1 request' : `${today.requests} requests`;
  const lines = [
    `Strategy: ${strategy}`,
    healthSentences[health],
    ...(lock
      ? [`Safety lock: cloud models are at their rate limits, local models answer until ${lock}.`]
      : []),
    ...(inline ? [ghostTextLine(inline)] : []),
    ...providers.flatMap((each) => (userProblem(each) ? [`${each.label}: ${userProblem(each)}.`] : [])),
    `Today: ${formatDollars(today.costUsd)} for ${requests}${unknown}`,
    ...budgets.map(
      ({ name, spentUsd, limitUsd }) =>
        `Budget ${name}: ${formatDollars(spentUsd)} of ${formatDollars(limitUsd)}`,
    ),
    ...(keyStore === 'memory' ? ['Keys are kept in memory only and are lost when the editor closes.'] : []),
    ...problems,
    ...providers.flatMap(({ label, note }) => (note ? [`${label}: ${note}`] : [])),
  ];
  return lines.map(oneLine).join('\n');
}

const healthSentences: Readonly<Record<Status['health'], string>> = {
  ready: 'All configured providers are available.',
  degraded: 'Some configured providers are unavailable; the Rumbo view shows which.',
  offline: 'No provider is available: add a key, start a local engine, or add an endpoint.',
};

/**
 * When the safety lock ends, ISO 8601: rate limits exclude every cloud model in rotation, and a local one is ready
 * (rule 4 of load_balancer_rules.md). Absent: it is not active.
 */
export function localOnlyUntil(providers: readonly ProviderStatus[], nowMs = Date.now()): string | undefined {
  const hasUsableModel = (provider: ProviderStatus) =>
    provider.models.filter(({ toggle, locked }) => toggle && !locked).length > 0;
  const local = providers.some(
    (each) => each.state === 'ready' && each.source === 'local' && hasUsableModel(each),
  );
  const cloud = providers.filter(
    (each) => each.source === 'api' && each.key !== 'none' && each.state !== 'off' && hasUsableModel(each),
  );
  // A provider that a refused key or an open circuit excludes does not count.
  const usable = cloud.filter(({ state, rule }) => state !== 'no-key' && (!rule || rule === 'rate-limit'));
  const untils = usable.map((each) => limitedUntil(each, nowMs));
  if (!local || untils.length === 0 || untils.includes(undefined)) return undefined;
  return untils.filter((until) => until !== undefined).sort()[0];
}

/** When the first rate limit of a provider's models ends. Absent: one of its models is available now. */
function limitedUntil(
  { rule, until, models, modelCooldowns }: ProviderStatus,
  nowMs: number,
): string | undefined {
  const isAhead = (time: string | undefined): time is string =>
    time !== undefined && Date.parse(time) > nowMs;
  if (rule === 'rate-limit') return isAhead(until) ? until : undefined;
  const limits = new Map(
    modelCooldowns.filter(({ rule }) => rule === 'rate-limit').map(({ model, until }) => [model, until]),
  );
  const untils = models.filter(({ toggle, locked }) => toggle && !locked).map(({ name }) => limits.get(name));
  return untils.every(isAhead) ? untils.sort()[0] : undefined;
}

/** Every displayed time, ISO 8601: when one is reached, the display is outdated. */
export const displayedTimes = (providers: readonly ProviderStatus[]): string[] =>
  providers.flatMap(({ until, windows, keys, modelCooldowns }) => [
    ...(until ? [until] : []),
    ...windows.map(({ resetsAt }) => resetsAt),
    ...[...keys, ...modelCooldowns].flatMap((each) => (each.until ? [each.until] : [])),
  ]);

/**
 * Whether nothing is set up: no provider is ready, cooling down, or has a key, and the user has configured none.
 * @param configuredNames the keys of the user's `rumbo.providers`
 */
export function isNothingSetUp(
  providers: readonly ProviderStatus[],
  configuredNames: readonly string[],
): boolean {
  const hasKey = ({ key }: ProviderStatus) => key !== 'none' && key !== 'not-needed';
  return !providers.some(
    (provider) =>
      provider.state === 'ready' ||
      provider.state === 'cooling-down' ||
      hasKey(provider) ||
      configuredNames.includes(provider.name),
  );
}
