/** Discovered model servers as text. Pure. */
import type { DiscoveredEndpoint, DiscoverResult } from '../../shared/discovery.ts';
import { oneLine } from './text.ts';

/** A notification names at most this many servers. */
const maxNamed = 5;

/** Which servers were found, which are used, and where Rumbo looked. */
export function discoveredText({ endpoints, scope }: DiscoverResult): string {
  const found = endpoints.slice(0, maxNamed).map((each) => `${endpointName(each)}, ${useText(each)}`);
  const more = endpoints.length - found.length;
  const names = [...found, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  return `${names === '' ? 'No model server answered.' : `Found ${names}.`} ${scope}`;
}

/** `Ollama at 127.0.0.1:11434`. */
export const endpointName = ({ label, baseUrl }: DiscoveredEndpoint): string =>
  oneLine(`${label} at ${endpointHost(baseUrl)}`);

/** `127.0.0.1:11434`; the whole URL of a socket. */
export const endpointHost = (baseUrl: string): string => URL.parse(baseUrl)?.host || baseUrl;

const useText = ({ use, state }: DiscoveredEndpoint): string =>
  [use === 'used' ? 'in use' : 'not in use', stateTexts[state]].filter(Boolean).join(', ');

const stateTexts: Readonly<Record<DiscoveredEndpoint['state'], string>> = {
  ready: '',
  'needs-key': 'needs a key',
  loading: 'still loading its model',
};

/** What a server reports: `version 0.9.1 · 2 models: a, b`. */
export function endpointDetail({ state, version, router, models }: DiscoveredEndpoint): string {
  const names = models?.slice(0, 3).join(', ');
  const more = (models?.length ?? 0) > 3 ? ', …' : '';
  const count = models?.length === 1 ? '1 model' : `${models?.length} models`;
  const words = [
    stateTexts[state],
    version ? `version ${version}` : '',
    router ? 'loads models on demand' : '',
    models && models.length > 0 ? `${count}: ${names}${more}` : '',
  ];
  return oneLine(words.filter(Boolean).join(' · '));
}

/** A row's tooltip, plain text. */
export const endpointTooltip = (endpoint: DiscoveredEndpoint): string =>
  [
    `${endpointName(endpoint)} was found on this machine. Rumbo sends nothing there until you use it.`,
    endpointDetail(endpoint),
  ]
    .filter(Boolean)
    .join('\n');
