/** The sources of the model registry: public pages, and the model lists of services that have a key. */
import type { Provider } from '../providers/provider.ts';
import type { SourceRequest } from '../registry/fetch-source.ts';
import { type ListSource, listSources } from '../registry/sources/lists.ts';
import { publicSources } from '../registry/sources/table.ts';
import type { KeyStore } from '../secrets/keys.ts';

type Providers = { get(name: string): Pick<Provider, 'config' | 'owner'> | undefined };

export async function registrySources(
  providers: Providers,
  keys: Pick<KeyStore, 'all'>,
): Promise<readonly SourceRequest[]> {
  const lists = await Promise.all(listSources.map((list) => sourceWithKey(list, providers, keys)));
  return [...publicSources, ...lists.filter((list) => list !== undefined)];
}

/**
 * `undefined`: the provider is disabled, has no key, or has another address, where its list says nothing about the
 * service.
 */
async function sourceWithKey(
  { kind, path, ...source }: ListSource,
  providers: Providers,
  keys: Pick<KeyStore, 'all'>,
): Promise<SourceRequest | undefined> {
  const provider = providers.get(kind);
  if (!provider?.config.enabled) return;
  const { definition, baseUrl } = provider.config;
  if (definition.kind !== kind || definition.baseUrl === undefined) return;
  if (new URL(baseUrl).origin !== new URL(definition.baseUrl).origin) return;
  const [first] = await keys.all(provider.owner).catch(() => []);
  return first && { ...source, url: `${baseUrl}${path}`, headers: definition.headers(first.key) };
}
