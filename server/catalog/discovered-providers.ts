/** Joins the model servers that discovery finds to the providers in the user's settings. */
import type { DiscoverResult } from '../../shared/discovery.ts';
import { defaultSettings, type Settings } from '../../shared/settings.ts';
import type { Status } from '../../shared/status.ts';
import type { ProviderAddress } from '../discovery/endpoint-use.ts';
import { type DiscoveryDeps, discovery } from '../discovery/scan.ts';
import { engines } from '../engines/table.ts';
import { resolveProviderConfigs } from '../providers/provider-config.ts';

export type DiscoveredProvidersDeps = Pick<
  DiscoveryDeps,
  'http' | 'env' | 'now' | 'addresses' | 'interfaces'
>;

export function discoveredProviders(deps: DiscoveredProvidersDeps) {
  let settings: Settings = defaultSettings;
  let addresses: readonly ProviderAddress[] = [];
  let hasStarted = false;
  let onChange = (): void => {};
  const servers = discovery({
    ...deps,
    onChanged: () => onChange(),
    definitions: engines,
    settings: () => ({
      endpoints: settings['local.endpoints'],
      newEndpoints: settings['local.newEndpoints'],
      intervalMinutes: settings['local.discoverEveryMinutes'],
    }),
    providers: () => addresses,
  });

  return {
    identifyServer: servers.identifyServer,
    /** Calls this when other servers are found than before. */
    onChange(listener: () => void): void {
      onChange = listener;
    },
    /** The first call starts discovery; later ones scan at once if the user has changed the addresses. */
    applySettings(next: Settings): void {
      const before = settings;
      settings = next;
      addresses = resolveProviderConfigs(next.providers, engines, deps.env).providers.map(
        ({ name, definition, baseUrl, userDefined }) => ({
          name,
          kind: definition.kind,
          baseUrl,
          isUserDefined: userDefined,
        }),
      );
      const isScheduled = next['local.discoverEveryMinutes'] !== 0;
      if (!hasStarted) servers.start();
      else if (isScheduled && before['local.endpoints'].join() !== next['local.endpoints'].join())
        void servers.scan();
      hasStarted = true;
    },
    /** The user's settings, with the found servers that may be used as providers. */
    mergedSettings: (): Settings => ({
      ...settings,
      providers: { ...settings.providers, ...servers.newProviders() },
    }),
    /** Servers that wait for the user's decision, as the status has them. */
    offers(): Pick<Status, 'offers'> {
      const offers = servers.endpoints().filter(({ use }) => use === 'offered');
      return offers.length > 0 ? { offers } : {};
    },
    /** Scans now. Never rejects. */
    async discover(): Promise<DiscoverResult> {
      await servers.scan();
      return servers.result();
    },
    dispose: servers.dispose,
  };
}

export type DiscoveredProviders = ReturnType<typeof discoveredProviders>;
