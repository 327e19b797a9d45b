/** What becomes of each server that discovery found: which provider has it, or under which name it is offered. Pure. */
import type { DiscoveredEndpoint, IdentifiedEndpoint } from '../../shared/discovery.ts';
import { canonicalAddress, serverRoot } from './addresses.ts';

export type FoundServer = IdentifiedEndpoint & {
  /** The user named its address, by a setting or in the environment. */
  readonly isUserDefined: boolean;
};

/** A provider, as far as discovery needs it; also a disabled one, since the user disabled it. */
export type ProviderAddress = {
  readonly name: string;
  readonly kind: string;
  readonly baseUrl: string;
  /** The user added or changed it: it owns the server at its address, whatever the kind. */
  readonly isUserDefined: boolean;
};

/** @param newEndpoints what becomes of servers that the user has not named */
export function assignUse(
  servers: readonly FoundServer[],
  providers: readonly ProviderAddress[],
  newEndpoints: 'offer' | 'use' | 'ignore',
): readonly DiscoveredEndpoint[] {
  const taken = new Set(providers.map(({ name }) => name));
  return servers.map(({ isUserDefined, ...endpoint }) => {
    const owner = providers.find(
      (each) =>
        (each.isUserDefined || each.kind === endpoint.kind) && isSameAddress(each.baseUrl, endpoint.baseUrl),
    );
    if (owner) return { ...endpoint, use: 'used', name: owner.name };
    const name = unusedName(endpoint, taken);
    taken.add(name);
    if (isUserDefined || newEndpoints === 'use') return { ...endpoint, use: 'used', name };
    return { ...endpoint, use: newEndpoints === 'offer' ? 'offered' : 'ignored', name };
  });
}

/** A server that listens on both loopback addresses is one server; the first one found stays. */
export function uniqueServers<Endpoint extends IdentifiedEndpoint>(
  endpoints: readonly Endpoint[],
): readonly Endpoint[] {
  const unique = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    const address = canonicalAddress(endpoint.baseUrl).replace('//[::1]', '//127.0.0.1');
    const key = `${endpoint.kind} ${address} ${endpoint.models?.join() ?? ''}`;
    if (!unique.has(key)) unique.set(key, endpoint);
  }
  return [...unique.values()];
}

export const isSameAddress = (one: string, other: string): boolean => {
  const [a, b] = [serverRoot(one), serverRoot(other)];
  return a !== undefined && b !== undefined && canonicalAddress(a) === canonicalAddress(b);
};

/** `llama-cpp`, or with its port where that name is taken, or with a number where both are. */
function unusedName({ kind, baseUrl }: IdentifiedEndpoint, taken: ReadonlySet<string>): string {
  const { port } = new URL(baseUrl);
  const names = [kind, ...(port ? [`${kind}-${port}`] : [])].filter((name) => name !== 'openai-compatible');
  for (let number = 2; ; number++) {
    const unused = names.find((name) => !taken.has(name));
    if (unused) return unused;
    names.push(`${kind}-${number}`);
  }
}
