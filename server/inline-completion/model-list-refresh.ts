/** Refreshes model lists while the user types: of local engines that may have started, and of named cloud providers. */
import { providerOf } from '../../shared/chat.ts';
import type { Settings } from '../../shared/settings.ts';
import { throttle } from '../platform/throttle.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { Clock } from './clock.ts';

export type ModelListRefreshDeps = {
  readonly settings: () => Pick<Settings, 'inline.models'>;
  readonly providers: Pick<ProviderRegistry, 'get' | 'models' | 'refreshForRequest'>;
  readonly clock: Clock;
};

/** Milliseconds between two refreshes, and between two tries to get a cloud provider's first list. */
const refreshIntervalMs = 1_000;
const listIntervalMs = 300_000;

/** Returns at once: no suggestion waits for a list. */
export function modelListRefresh({ settings, providers, clock }: ModelListRefreshDeps) {
  const isDue = throttle(clock);

  /** A cloud provider of `rumbo.inline.models` whose list is not known yet. */
  const unlistedProvider = (): string | undefined => {
    const listedIds = new Set<string>(providers.models().map(({ id }) => id));
    return settings()
      ['inline.models'].filter((name) => !listedIds.has(name))
      .map(providerOf)
      .find((name) => {
        const provider = providers.get(name);
        return provider?.config.source === 'api' && provider.modelList === undefined;
      });
  };

  return (signal: AbortSignal): void => {
    if (!isDue('refresh', refreshIntervalMs)) return;
    const name = unlistedProvider();
    const isListDue = name !== undefined && isDue(`list ${name}`, listIntervalMs);
    void providers.refreshForRequest(signal, isListDue ? name : undefined);
  };
}
