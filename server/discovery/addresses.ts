/** Where to look for model servers: this machine's loopback literals, and what environment and user name. Never a network. */
import type { EngineDefinition } from '../engines/engine.ts';
import { dockerSocketAddress } from '../platform/docker-socket.ts';
import { defaultPorts } from './fingerprints.ts';

export type ScanAddress = {
  /** Without a trailing slash. */
  readonly root: string;
  /** The user named it, by a setting or in the environment. */
  readonly isUserDefined: boolean;
};

const loopback = ['127.0.0.1', '[::1]'] as const;

export type AddressOptions = {
  readonly definitions: readonly EngineDefinition[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `rumbo.local.endpoints`. */
  readonly endpoints: readonly string[];
  readonly hasDockerSocket: boolean;
  /** Absent: the ports such servers have unless told otherwise. */
  readonly ports?: readonly number[];
};

/** Each once, the user's first. */
export function addressesToScan({
  definitions,
  env,
  endpoints,
  hasDockerSocket,
  ports = defaultPorts,
}: AddressOptions): readonly ScanAddress[] {
  const fromEnvironment = definitions.flatMap(({ source, baseUrlFromEnv }) =>
    source === 'local' ? (baseUrlFromEnv?.(env) ?? []) : [],
  );
  const addresses = new Map<string, ScanAddress>();
  const add = (url: string, isUserDefined: boolean): void => {
    const root = serverRoot(url);
    if (root !== undefined && !addresses.has(canonicalAddress(root)))
      addresses.set(canonicalAddress(root), { root, isUserDefined });
  };
  for (const url of [...endpoints, ...fromEnvironment]) add(url, true);
  for (const host of loopback) for (const port of ports) add(`http://${host}:${port}`, false);
  if (hasDockerSocket) add(dockerSocketAddress, false);
  return [...addresses.values()];
}

/** The address that fingerprints are asked below. `undefined`: it cannot be used. */
export function serverRoot(baseUrl: string): string | undefined {
  const url = URL.parse(baseUrl);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return;
  const path = url.pathname.replace(/\/+$/, '').replace(/(?:\/engines)?(?:\/v1)?$/, '');
  return `${url.origin}${path}`;
}

/** For comparing: `localhost` is the same place as its literal. */
export const canonicalAddress = (url: string): string =>
  url.replace(/^(https?:\/\/)localhost(?=[:/]|$)/i, '$1127.0.0.1').replace(/\/+$/, '');
