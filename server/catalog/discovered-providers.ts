/** Model servers that are found on this machine, joined to the providers that the user has set up. */
import type { DiscoverResult } from '../../shared/discovery.ts';
import { defaultSettings, type Settings } from '../../shared/settings.ts';
import type { Status } from '../../shared/status.ts';
import { type DiscoveryDeps, discovery, type ProviderAddress } from '../discovery/discovery.ts';
import { engines } from '../engines/table.ts';
import { resolveProviderConfigs } from '../providers/provider-config.ts';

export type DiscoveredProvidersDeps = Pick<DiscoveryDeps, 'http' | 'env' | 'now' | 'onChanged'>;

export function discoveredProviders(parts: DiscoveredProvidersDeps) {
  let settings: Settings = defaultSettings;
  let setUp: readonly ProviderAddress[] = [];
  let started = false;
  const found = discovery({
    ...parts,
    definitions: engines,
    settings: () => ({
      endpoints: settings['local.endpoints'],
      newEndpoints: settings['local.newEndpoints'],
      intervalMinutes: settings['local.discoverEveryMinutes'],
    }),
    providers: () => setUp,
  });

  return {
    impostor: found.identifyServer,
    /** Takes the user's settings. With the first the looking begins; new addresses are looked at soon. */
    applySettings(next: Settings): void {
      const before = settings;
      settings = next;
      setUp = resolveProviderConfigs(next.providers, engines, parts.env).providers.map(
        ({ name, definition, baseUrl, userDefined }) => ({
          name,
          kind: definition.kind,
          baseUrl,
          isUserDefined: userDefined,
        }),
      );
      const isQuiet = next['local.discoverEveryMinutes'] === 0;
      if (!started) found.start();
      else if (!isQuiet && before['local.endpoints'].join() !== next['local.endpoints'].join())
        void found.scan();
      started = true;
    },
    /** The user's settings with the servers that may be used. */
    mergedSettings: (): Settings => ({
      ...settings,
      providers: { ...settings.providers, ...found.providers() },
    }),
    /** What waits for the user's word, as it stands in the status. */
    offers(): Pick<Status, 'offers'> {
      const offers = found.endpoints().filter(({ use }) => use === 'offered');
      return offers.length > 0 ? { offers } : {};
    },
    /** Looks now. Never rejects. */
    async discover(): Promise<DiscoverResult> {
      await found.scan();
      return found.result();
    },
    dispose: found.dispose,
  };
}
