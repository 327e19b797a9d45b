/** Providers and models in few words: icons, descriptions and plain-text tooltips. */
import type {
  KeyStatus,
  ModelCooldown,
  ProviderState,
  ProviderStatus,
  RateWindow,
} from '../../shared/status.ts';
import { formatCount, formatDuration, formatLocalTime, formatShortCount, oneLine } from './text.ts';

const states: Readonly<Record<ProviderState, { readonly icon: string; readonly words: string }>> = {
  ready: { icon: 'pass-filled', words: 'ready' },
  unknown: { icon: 'circle-large-outline', words: 'not asked yet' },
  checking: { icon: 'loading~spin', words: 'asking…' },
  'no-key': { icon: 'key', words: 'no key' },
  unreachable: { icon: 'debug-disconnect', words: 'unreachable' },
  'cooling-down': { icon: 'history', words: 'cooling down' },
  off: { icon: 'circle-slash', words: 'off' },
};

/** A local engine of ours that nobody seems to use: that it does not run is no failure. */
export const isNotRunning = ({ state, source, name, kind, models, lastOutcome }: ProviderStatus): boolean =>
  state === 'unreachable' && source === 'local' && name === kind && models.length === 0 && !lastOutcome;

/** The name of a ThemeIcon. */
export function stateIcon(provider: ProviderStatus): string {
  const need = userProblem(provider);
  if (need) return need === 'key refused' ? 'key' : 'credit-card';
  return states[provider.state].icon;
}

/** What only the user can mend, in two words. Absent: nothing. */
export function userProblem({
  state,
  rule,
  key,
}: ProviderStatus): 'key refused' | 'account empty' | undefined {
  if (state === 'off') return undefined;
  if (rule === 'payment') return 'account empty';
  // It has a key, and yet none that helps.
  return rule === 'key' || (state === 'no-key' && key !== 'none') ? 'key refused' : undefined;
}

/** What works stands first, then what somebody has to see to; otherwise the server's order stays. */
export const sortProviders = (providers: readonly ProviderStatus[]): ProviderStatus[] =>
  providers.toSorted((one, other) => place(one) - place(other));

function place(provider: ProviderStatus): number {
  if (userProblem(provider)) return order.indexOf('cooling-down');
  return order.indexOf(isNotRunning(provider) ? 'absent' : provider.state);
}
const order: readonly (ProviderState | 'absent')[] = [
  'ready',
  'cooling-down',
  'checking',
  'unknown',
  'unreachable',
  'no-key',
  'absent',
  'off',
];

/** `ready · 3 models`, `cooling down until 14:05`, `rate limit until 14:05`, `key refused`. */
export function providerDescription(provider: ProviderStatus, locale?: string): string {
  const { state, rule, until, models, circuit } = provider;
  const need = userProblem(provider);
  if (need) return need;
  if (state === 'cooling-down') {
    const why = rule === 'rate-limit' ? 'rate limit' : 'cooling down';
    return until ? `${why} until ${formatLocalTime(until, locale)}` : why;
  }
  if (isNotRunning(provider)) return 'not running';
  if (state !== 'ready') return states[state].words;
  const known = models.length === 1 ? '1 model' : `${models.length} models`;
  const [scarcest] = activeRateWindows(provider);
  return [
    circuit === 'half-open' ? 'being tried again' : states.ready.words,
    // A row has room for one of them.
    scarcest && shareLeft(scarcest) < scarce ? left(scarcest) : known,
  ].join(' · ');
}

export function providerTooltip(provider: ProviderStatus, locale?: string): string {
  const { label, name, origin, source, detail, circuit, lastOutcome, note, keys } = provider;
  const lines = [
    `${label} (${name}): ${providerDescription(provider, locale)}`,
    ...(detail ? [detail] : []),
    `${source === 'local' ? 'Local' : 'Cloud'}, ${origin}`,
    keys.length > 1 ? `It has ${keys.length} keys, which share its requests.` : keySentence(provider.key),
    ...(circuit === 'closed' ? [] : [circuitSentences[circuit]]),
    ...(lastOutcome ? [`Last: ${lastOutcome.model} · ${lastRequestText(lastOutcome, locale)}`] : []),
    ...(note ? [note] : []),
  ];
  return lines.map(oneLine).join('\n');
}

const circuitSentences = {
  open: 'Its circuit is open: it failed too often and is not used for now.',
  'half-open': 'Its circuit is half-open: after the cool-down, one request tests whether it answers again.',
} as const;

/** Share of a window, below which it is said beside the name. */
const scarce = 0.1;

/** The windows that still hold, the one with the least left first. */
export const activeRateWindows = ({ windows }: ProviderStatus, nowMs = Date.now()): RateWindow[] =>
  windows
    .filter(({ resetsAt }) => Date.parse(resetsAt) > nowMs)
    .toSorted((one, other) => shareLeft(one) - shareLeft(other));

/** 0–1. Where the limit was not told, only an empty window is known to be scarce. */
const shareLeft = ({ limit, remaining }: RateWindow): number =>
  limit === null ? Math.min(remaining, 1) : remaining / Math.max(limit, 1);

/** `3/60 requests left`. */
const left = ({ unit, limit, remaining }: RateWindow): string =>
  oneLine(`${amount(remaining)}${limit === null ? '' : `/${amount(limit)}`} ${unit} left`);

/** A row of the tree is narrow: 21,500 is 21.5k. */
const amount = (number: number): string => (number < 10_000 ? formatCount(number) : formatShortCount(number));

/** `3/60 requests left`, and when it is full again: `full at 14:05, for small`. */
export const rateWindowText = (window: RateWindow, locale?: string): { left: string; until: string } => ({
  left: left(window),
  until: oneLine(
    `full at ${formatLocalTime(window.resetsAt, locale)}${window.model ? `, for ${window.model}` : ''}`,
  ),
});

/** `ok, 12 requests, 1 failed`, `cooling down until 14:05: The key was refused.` */
export function keyStateText(
  { requests, failures, cooldownReason, until }: KeyStatus,
  locale?: string,
): string {
  if (cooldownReason)
    return oneLine(
      `cooling down${until ? ` until ${formatLocalTime(until, locale)}` : ''}: ${cooldownReason}`,
    );
  const asked = requests === 1 ? '1 request' : `${formatCount(requests)} requests`;
  return `ok, ${requests === 0 ? 'not used yet' : asked}${failures > 0 ? `, ${formatCount(failures)} failed` : ''}`;
}

/** `cooling down until 14:05`, `being tried again`. */
export function cooldownText({ circuit, until }: ModelCooldown, locale?: string): string {
  if (circuit === 'half-open') return 'being tried again';
  return until ? `cooling down until ${formatLocalTime(until, locale)}` : 'cooling down';
}

export function keySentence(key: ProviderStatus['key']): string {
  switch (key) {
    case 'environment':
      return 'Its key comes from the environment.';
    case 'keychain':
      return 'Its key is in the system’s keychain.';
    case 'memory':
      return 'Its key is in memory only.';
    case 'none':
      return 'It needs a key and has none.';
    case 'not-needed':
      return 'It needs no key.';
  }
}

/** `ok · 1.2 s · 14:05`: how the last request went. */
export const lastRequestText = (last: NonNullable<ProviderStatus['lastOutcome']>, locale?: string): string =>
  oneLine(
    `${last.outcome.replaceAll('-', ' ')} · ${formatDuration(last.ms)} · ${formatLocalTime(last.at, locale)}`,
  );
