/** Model servers that discovery finds on this workstation. */
import type { ProviderSettings } from './settings.ts';

export type IdentifiedEndpoint = {
  /** An engine of server/engines/table.ts. */
  readonly kind: string;
  /** Name of the program: `Ollama`, `SGLang`. */
  readonly label: string;
  /** The value for `rumbo.providers.<name>.baseUrl`. */
  readonly baseUrl: string;
  /** `needs-key`: it rejects requests without a key. `loading`: it is reading its model from disk. */
  readonly state: 'ready' | 'needs-key' | 'loading';
  /** Absent: not reported. */
  readonly version?: string;
  /** A gateway: it passes requests on to services elsewhere, so its models are not local. */
  readonly forwards?: true;
  /** llama.cpp with several models, which it loads and unloads by itself. */
  readonly router?: true;
  /** Names of the models it serves, the first 50. Absent: not reported. */
  readonly models?: readonly string[];
};

/**
 * `used`: a provider has this address. `offered`: the user has not named the address, so Rumbo asks before it sends
 * anything there. `ignored`: the user wants no offers.
 */
export type EndpointUse = 'used' | 'offered' | 'ignored';

export type DiscoveredEndpoint = IdentifiedEndpoint & {
  readonly use: EndpointUse;
  /** The name of its provider, or an unused name for `rumbo.providers`. */
  readonly name: string;
};

export type DiscoverResult = {
  readonly endpoints: readonly DiscoveredEndpoint[];
  /** Where discovery looked, one sentence. */
  readonly scope: string;
};

/** The settings in `rumbo.providers` that make this server a provider. */
export const endpointSettings = ({
  kind,
  label,
  baseUrl,
  forwards,
}: IdentifiedEndpoint): ProviderSettings => ({
  kind,
  label: `${label} (${new URL(baseUrl).host})`.slice(0, 60),
  baseUrl,
  source: forwards ? 'api' : 'local',
});
