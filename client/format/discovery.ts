/** Model servers that were found, in a sentence or two. Pure. */
import type { DiscoveredEndpoint, DiscoverResult } from '../../shared/discovery.ts';
import { oneLine } from './text.ts';

/** Servers a notification can name. */
const maxNamed = 5;

/** What was found, what of it is used, and where it was looked. */
export function discoveredText({ endpoints, scope }: DiscoverResult): string {
  const found = endpoints.slice(0, maxNamed).map((each) => `${endpointName(each)}, ${useOf(each)}`);
  const more = endpoints.length - found.length;
  const listed = [...found, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  return `${listed === '' ? 'No model server answered.' : `Found ${listed}.`} ${scope}`;
}

/** `Ollama at 127.0.0.1:11434`. */
export const endpointName = ({ label, baseUrl }: DiscoveredEndpoint): string =>
  oneLine(`${label} at ${endpointHost(baseUrl)}`);

/** `127.0.0.1:11434`; of a socket, its whole address. */
export const endpointHost = (baseUrl: string): string => URL.parse(baseUrl)?.host || baseUrl;

const useOf = ({ use, state }: DiscoveredEndpoint): string =>
  [use === 'used' ? 'in use' : 'not in use', stateWords[state]].filter(Boolean).join(', ');

const stateWords: Readonly<Record<DiscoveredEndpoint['state'], string>> = {
  ready: '',
  'needs-key': 'needs a key',
  loading: 'still loading its model',
};

/** What a server says of itself: `0.9.1 · 2 models: a, b`. */
export function endpointDetail({ state, version, router, models }: DiscoveredEndpoint): string {
  const names = models?.slice(0, 3).join(', ');
  const more = (models?.length ?? 0) > 3 ? ', …' : '';
  const count = models?.length === 1 ? '1 model' : `${models?.length} models`;
  const words = [
    stateWords[state],
    version ? `version ${version}` : '',
    router ? 'loads models by itself' : '',
    models && models.length > 0 ? `${count}: ${names}${more}` : '',
  ];
  return oneLine(words.filter(Boolean).join(' · '));
}

/** A row's tooltip, plain text. */
export const endpointTooltip = (endpoint: DiscoveredEndpoint): string =>
  [
    `${endpointName(endpoint)} was found on this machine. Nothing is sent there before you use it.`,
    endpointDetail(endpoint),
  ]
    .filter(Boolean)
    .join('\n');
