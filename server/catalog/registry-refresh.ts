/** Refreshes the prices and limits of models: on request, and once a day if the user enables it. */
import type { RegistryRefreshed } from '../../shared/protocol.ts';
import type { Http } from '../platform/http.ts';
import type { Log } from '../platform/log.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import { dailyJob } from '../registry/daily.ts';
import type { ModelRegistry } from '../registry/registry.ts';
import type { KeyStore } from '../secrets/keys.ts';
import { registrySources } from './registry-sources.ts';

export type RegistryRefreshDeps = {
  readonly registry: Pick<ModelRegistry, 'refresh' | 'refreshedAtMs'>;
  readonly providers: Pick<ProviderRegistry, 'get' | 'refreshModelFacts'>;
  readonly keys: Pick<KeyStore, 'all'>;
  readonly http: Http;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

export function createRegistryRefresh({ registry, providers, keys, http, log, now }: RegistryRefreshDeps) {
  const refresh = async (signal: AbortSignal): Promise<RegistryRefreshed> => {
    const sources = await registrySources(providers, keys);
    const refreshed = await registry.refresh({ http, sources, signal });
    log.info(`Models: ${refreshed.readable} of ${refreshed.requested} sources could be read.`);
    for (const change of refreshed.changes) log.info(change);
    for (const problem of refreshed.problems) log.warn(problem);
    providers.refreshModelFacts();
    return refreshed;
  };
  const daily = dailyJob({
    lastAtMs: registry.refreshedAtMs,
    run: (signal) =>
      refresh(signal).catch((error: unknown) => {
        if (!signal.aborted) log.error('What models cost could not be read.', error);
      }),
    now,
  });
  return {
    /** Resolves with what has changed. Cancelled, it changes nothing. */
    refresh,
    setDaily: daily.setEnabled,
    dispose: daily.dispose,
  };
}

export type RegistryRefresh = ReturnType<typeof createRegistryRefresh>;
