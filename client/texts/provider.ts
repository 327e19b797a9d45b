/** Providers and models in few words: icons, descriptions and plain-text tooltips. */
import type { Model } from '../../shared/models.ts';
import type { ProviderState, ProviderStatus } from '../../shared/status.ts';
import { duration, oneLine, shortCount } from './words.ts';

const states: Readonly<Record<ProviderState, { readonly icon: string; readonly words: string }>> = {
  ready: { icon: 'pass-filled', words: 'ready' },
  unknown: { icon: 'circle-large-outline', words: 'not asked yet' },
  checking: { icon: 'loading~spin', words: 'asking…' },
  'no-key': { icon: 'key', words: 'no key' },
  unreachable: { icon: 'debug-disconnect', words: 'unreachable' },
  resting: { icon: 'history', words: 'resting' },
  off: { icon: 'circle-slash', words: 'off' },
};

/** The name of a ThemeIcon. */
export const stateIcon = (state: ProviderState): string => states[state].icon;

/** What works stands first; otherwise the server's order stays. */
export const inOrder = (providers: readonly ProviderStatus[]): ProviderStatus[] =>
  providers.toSorted((one, other) => order.indexOf(one.state) - order.indexOf(other.state));
const order: readonly ProviderState[] = [
  'ready',
  'resting',
  'checking',
  'unknown',
  'unreachable',
  'no-key',
  'off',
];

/** `ready · 3 models`, `resting until 14:05`. */
export function providerDescription(provider: ProviderStatus, locale?: string): string {
  const { state, until, models } = provider;
  const rests = state === 'resting' && until ? ` until ${time(until, locale)}` : '';
  const known = state === 'ready' ? ` · ${models.length === 1 ? '1 model' : `${models.length} models`}` : '';
  return `${states[state].words}${rests}${known}`;
}

export function providerTooltip(provider: ProviderStatus, locale?: string): string {
  const { label, name, origin, source, detail, circuit, last, note } = provider;
  const lines = [
    `${label} (${name}): ${providerDescription(provider, locale)}`,
    ...(detail ? [detail] : []),
    `${source === 'local' ? 'Local' : 'Cloud'}, ${origin}`,
    keySentence(provider.key),
    ...(circuit === 'closed' ? [] : [`Its circuit is ${circuit}: it failed too often and is given a rest.`]),
    ...(last ? [`Last: ${last.model} · ${lastAction(last, locale)}`] : []),
    ...(note ? [note] : []),
  ];
  return lines.map(oneLine).join('\n');
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
export const lastAction = (last: NonNullable<ProviderStatus['last']>, locale?: string): string =>
  oneLine(`${last.outcome.replaceAll('-', ' ')} · ${duration(last.ms)} · ${time(last.at, locale)}`);

/** `off · local · tier 3 · 32k · free`. */
export function modelDescription(model: Model): string {
  const { locked, toggle, source, tier, contextTokens } = model;
  const words = [
    locked ? 'locked' : toggle ? '' : 'off',
    source === 'local' ? 'local' : 'cloud',
    tier === null ? '' : `tier ${tier}`,
    contextTokens === null ? '' : shortCount(contextTokens),
    price(model),
  ];
  return words.filter(Boolean).join(' · ');
}

export function modelTooltip(model: Model): string {
  const { id, locked, toggle, tier, contextTokens } = model;
  const lines = [
    id,
    modelDescription(model),
    ...(locked ? ['Locked: it never runs.'] : []),
    ...(toggle || locked ? [] : ['Off: only a pin runs it.']),
    tier === null ? 'Its tier is unknown.' : `Tier ${tier} of 5.`,
    contextTokens === null
      ? 'Its context is unknown.'
      : `${contextTokens.toLocaleString('en-US')} tokens of context.`,
    model.price ? 'The price is in US dollars per million tokens, in and out.' : 'Its price is unknown.',
    model.private
      ? 'What is sent to it stays on your own machines.'
      : 'What is sent to it leaves your machines.',
  ];
  return lines.map(oneLine).join('\n');
}

/** The name of a ThemeIcon. */
export function modelIcon({ locked, toggle, source }: Model): string {
  if (locked) return 'lock';
  if (!toggle) return 'circle-slash';
  return source === 'local' ? 'device-desktop' : 'cloud';
}

function price({ price: known }: Model): string {
  if (!known) return 'price unknown';
  if (known.input === 0 && known.output === 0) return 'free';
  return `$${known.input}/$${known.output}`;
}

const time = (iso: string, locale?: string): string =>
  new Date(iso).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
