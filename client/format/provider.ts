/** Providers as text: icons, descriptions and plain-text tooltips. */
import { exclusionRules } from '../../shared/exclusion-rules.ts';
import type { KeyOptions, KeyProblem } from '../../shared/keys.ts';
import type {
  KeyStatus,
  ModelCooldown,
  ProviderState,
  ProviderStatus,
  RateWindow,
} from '../../shared/status.ts';
import { formatCount, formatDuration, formatLocalTime, formatShortCount, oneLine } from './text.ts';

const stateTable: Readonly<Record<ProviderState, { readonly icon: string; readonly words: string }>> = {
  ready: { icon: 'pass-filled', words: 'ready' },
  unknown: { icon: 'circle-large-outline', words: 'not contacted yet' },
  checking: { icon: 'loading~spin', words: 'contacting…' },
  'no-key': { icon: 'key', words: 'no key' },
  unreachable: { icon: 'debug-disconnect', words: 'unreachable' },
  'cooling-down': { icon: 'history', words: 'cooling down' },
  off: { icon: 'circle-slash', words: 'off' },
};

/** A built-in local engine that was never used or configured: that it does not run is no failure. */
export const isNotRunning = ({ state, source, name, kind, models, lastOutcome }: ProviderStatus): boolean =>
  state === 'unreachable' && source === 'local' && name === kind && models.length === 0 && !lastOutcome;

/** The name of a ThemeIcon. */
export function stateIcon(provider: ProviderStatus): string {
  const need = userProblem(provider);
  if (need) return need === 'account empty' ? 'credit-card' : 'key';
  return stateTable[provider.state].icon;
}

const keyProblemWords = {
  locked: 'key locked away',
  frozen: 'keychain does not respond',
  absent: 'keychain missing',
  'read-only': 'keychain read-only',
  full: 'keychain full',
  failed: 'key cannot be read',
  'other-origin': 'address changed',
} as const satisfies Readonly<Record<KeyProblem['state'], string>>;

type UserProblem = 'key refused' | 'account empty' | (typeof keyProblemWords)[KeyProblem['state']];

/** A problem that only the user can solve. Absent: none. */
export function userProblem({ state, rule, key, keyProblem }: ProviderStatus): UserProblem | undefined {
  if (state === 'off') return undefined;
  // With another key that works the provider needs nothing.
  if (keyProblem && state === 'no-key') return keyProblemWords[keyProblem.state];
  if (rule === 'payment') return 'account empty';
  // The server reports `no-key` although a key is stored: that key was refused.
  return rule === 'key' || (state === 'no-key' && key !== 'none') ? 'key refused' : undefined;
}

/** Whether something keeps requests from it, or from one of its keys or models. */
export const isCoolingDown = ({ circuit, rule, keys, modelCooldowns }: ProviderStatus): boolean =>
  circuit !== 'closed' ||
  rule !== undefined ||
  modelCooldowns.length > 0 ||
  keys.some(({ cooldownReason }) => cooldownReason !== undefined);

/** Working providers first, then those that need the user; otherwise in the server's order. */
export const sortProviders = (providers: readonly ProviderStatus[]): ProviderStatus[] =>
  providers.toSorted((one, other) => sortIndex(one) - sortIndex(other));

function sortIndex(provider: ProviderStatus): number {
  if (userProblem(provider)) return stateOrder.indexOf('cooling-down');
  return stateOrder.indexOf(isNotRunning(provider) ? 'absent' : provider.state);
}
const stateOrder: readonly (ProviderState | 'absent')[] = [
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
    const why = exclusionRules[rule ?? 'circuit'].label;
    return until ? `${why} until ${formatLocalTime(until, locale)}` : why;
  }
  if (isNotRunning(provider)) return 'not running';
  if (state !== 'ready') return stateTable[state].words;
  const modelCount = models.length === 1 ? '1 model' : `${models.length} models`;
  const [scarcest] = activeRateWindows(provider);
  return [
    circuit === 'half-open' ? 'retrying' : stateTable.ready.words,
    // A row is too narrow for both.
    scarcest && remainingShare(scarcest) < scarceShare ? remainingText(scarcest) : modelCount,
    ...(provider.onOtherMachine ? [`on ${hostOf(provider.origin)}`] : []),
  ].join(' · ');
}

const hostOf = (origin: string): string => URL.parse(origin)?.hostname ?? origin;

export function providerTooltip(provider: ProviderStatus, locale?: string): string {
  const { label, name, origin, source, detail, circuit, lastOutcome, note, keys, keyProblem } = provider;
  const lines = [
    `${label} (${name}): ${providerDescription(provider, locale)}`,
    ...(detail && detail !== keyProblem?.message ? [detail] : []),
    ...(keyProblem ? [`${keyProblem.message} ${keyProblem.action}`] : []),
    `${provider.onOtherMachine ? 'Local, on another machine' : source === 'local' ? 'Local' : 'Cloud'}, ${origin}`,
    keys.length > 1 ? `It has ${keys.length} keys, which share its requests.` : keySentence(provider.key),
    ...(circuit === 'closed' ? [] : [circuitSentences[circuit]]),
    ...(lastOutcome ? [`Last: ${lastOutcome.model} · ${lastRequestText(lastOutcome, locale)}`] : []),
    ...(note ? [note] : []),
  ];
  return lines.map(oneLine).join('\n');
}

const circuitSentences = {
  open: 'Its circuit is open after repeated failures: it gets no requests for now.',
  'half-open': 'Its circuit is half-open: one request tests whether it works again.',
} as const;

/** Below this share of a rate limit the description shows what is left. */
const scarceShare = 0.1;

/** The rate windows that have not reset, the one with the least left first. */
export const activeRateWindows = ({ windows }: ProviderStatus, nowMs = Date.now()): RateWindow[] =>
  windows
    .filter(({ resetsAt }) => Date.parse(resetsAt) > nowMs)
    .toSorted((one, other) => remainingShare(one) - remainingShare(other));

/** 0–1. Where the provider reports no limit, only an empty window counts as scarce. */
const remainingShare = ({ limit, remaining }: RateWindow): number =>
  limit === null ? Math.min(remaining, 1) : remaining / Math.max(limit, 1);

/** `3/60 requests left`. */
const remainingText = ({ unit, limit, remaining }: RateWindow): string =>
  oneLine(`${formatAmount(remaining)}${limit === null ? '' : `/${formatAmount(limit)}`} ${unit} left`);

/** A row of the tree is narrow: 21,500 is 21.5k. */
const formatAmount = (number: number): string =>
  number < 10_000 ? formatCount(number) : formatShortCount(number);

/** `3/60 requests left`, and when it resets: `resets at 14:05, for small`. */
export const rateWindowText = (window: RateWindow, locale?: string): { left: string; until: string } => ({
  left: remainingText(window),
  until: oneLine(
    `resets at ${formatLocalTime(window.resetsAt, locale)}${window.model ? `, for ${window.model}` : ''}`,
  ),
});

/** `ok, 12 requests, 1 failed`, `cooling down until 14:05: The key was refused.` */
export function keyStateText(
  { requests, failures, tokens, latencyMs, store, options, cooldownReason, until }: KeyStatus,
  locale?: string,
): string {
  const limits = keyOptionsText(options ?? {});
  const notes = [...(store === 'memory' ? ['not saved'] : []), ...limits];
  if (cooldownReason)
    return oneLine(
      [
        `cooling down${until ? ` until ${formatLocalTime(until, locale)}` : ''}: ${cooldownReason}`,
        ...notes,
      ].join(' · '),
    );
  const requestCount = requests === 1 ? '1 request' : `${formatCount(requests)} requests`;
  const figures = [
    requests === 0 ? 'not used yet' : requestCount,
    ...(failures > 0 ? [`${formatCount(failures)} failed`] : []),
    ...(tokens === undefined ? [] : [`${formatAmount(tokens)} tokens`]),
    ...(latencyMs === undefined ? [] : [`responds in ${formatDuration(latencyMs)}`]),
  ];
  return oneLine([`ok, ${figures.join(', ')}`, ...notes].join(' · '));
}

/** `at most 60 requests a minute`, `only for gpt-4`. */
const keyOptionsText = ({ requestsPerMinute, tokensPerMinute, models }: KeyOptions): string[] => [
  ...(requestsPerMinute === undefined
    ? []
    : [`at most ${formatAmount(requestsPerMinute)} requests a minute`]),
  ...(tokensPerMinute === undefined ? [] : [`at most ${formatAmount(tokensPerMinute)} tokens a minute`]),
  ...(models === undefined ? [] : [`only for ${models.join(', ')}`]),
];

/** `cooling down until 14:05`, `retrying`. */
export function cooldownText({ circuit, until }: ModelCooldown, locale?: string): string {
  if (circuit === 'half-open') return 'retrying';
  return until ? `cooling down until ${formatLocalTime(until, locale)}` : 'cooling down';
}

export function keySentence(key: ProviderStatus['key']): string {
  switch (key) {
    case 'environment':
      return 'Its key comes from the environment.';
    case 'keychain':
      return 'Its key is in the system’s keychain.';
    case 'memory':
      return 'Its key is in memory only: it is not saved and will be lost when the editor closes.';
    case 'editor':
      return 'Its key is in the editor’s secret storage.';
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
