/** Model servers found on this workstation, in the words both halves use. */
import type { ProviderSettings } from './settings.ts';

export type IdentifiedEndpoint = {
  /** An engine of server/engines/table.ts. */
  readonly kind: string;
  /** Who it is, as its owner knows it: `Ollama`, `SGLang`. */
  readonly label: string;
  /** What belongs into `rumbo.providers.<name>.baseUrl`. */
  readonly baseUrl: string;
  /** `needs-key`: it refuses whoever brings none. `loading`: it is reading its model from disk. */
  readonly state: 'ready' | 'needs-key' | 'loading';
  /** Absent: it did not say. */
  readonly version?: string;
  /** llama.cpp with several models, which it loads and unloads by itself. */
  readonly router?: true;
  /** Names of models it serves, the first 50. Absent: it did not say. */
  readonly models?: readonly string[];
};

/**
 * What becomes of a found endpoint. `used`: a provider is set up there. `offered`: nobody named it, so the user is
 * asked before anything is sent there. `ignored`: the user wants no offers.
 */
export type EndpointUse = 'used' | 'offered' | 'ignored';

export type DiscoveredEndpoint = IdentifiedEndpoint & {
  readonly use: EndpointUse;
  /** A free name for `rumbo.providers`; of the provider itself where it is used. */
  readonly name: string;
};

export type DiscoverResult = {
  readonly endpoints: readonly DiscoveredEndpoint[];
  /** Where it was looked, one sentence. */
  readonly scope: string;
};

/** What a user would write into `rumbo.providers` to have this server. */
export const endpointSettings = ({ kind, label, baseUrl }: IdentifiedEndpoint): ProviderSettings => ({
  kind,
  label: `${label} (${new URL(baseUrl).host})`.slice(0, 60),
  baseUrl,
  source: 'local',
});
