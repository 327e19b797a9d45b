/** The addresses that discovery scans: loopback, and those that environment and user name. Never a network. */
import type { EngineDefinition } from '../engines/engine.ts';
import { dockerSocketAddress } from '../platform/docker-socket.ts';

export type ScanAddress = {
  /** Without a trailing slash. */
  readonly root: string;
  /** By a setting or in the environment. */
  readonly isUserDefined: boolean;
};

const loopback = ['127.0.0.1', '[::1]'] as const;

export type AddressOptions = {
  readonly definitions: readonly EngineDefinition[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `rumbo.local.endpoints`. */
  readonly endpoints: readonly string[];
  readonly hasDockerSocket: boolean;
  /** Absent: the default ports of all engines. */
  readonly ports?: readonly number[];
};

/** Each address once, the user's first. */
export function addressesToScan({
  definitions,
  env,
  endpoints,
  hasDockerSocket,
  ports = defaultPorts(definitions),
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

/** Where model servers listen by default. */
export const defaultPorts = (
  definitions: readonly Pick<EngineDefinition, 'fingerprint'>[],
): readonly number[] => definitions.flatMap(({ fingerprint }) => fingerprint?.defaultPorts ?? []);

/** The address below which a server is probed. `undefined`: it cannot be used. */
export function serverRoot(baseUrl: string): string | undefined {
  const url = URL.parse(baseUrl);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return;
  const path = url.pathname.replace(/(?<!\/)\/+$/, '').replace(/(?:\/engines)?(?:\/v1)?$/, '');
  return `${url.origin}${path}`;
}

/** For comparing: `localhost` equals its literal. */
export const canonicalAddress = (url: string): string =>
  url.replace(/^(https?:\/\/)localhost(?=[:/]|$)/i, '$1127.0.0.1').replace(/(?<!\/)\/+$/, '');
