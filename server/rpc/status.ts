/** The status as one value, and a signal when it changed. */
import type { ProviderStatus, Status } from '../../shared/status.ts';
import type { DiscoveredProviders } from '../catalog/discovered-providers.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';
import type { InlineCompletionService } from '../inline-completion/service.ts';
import type { Budgets } from '../metrics/budget.ts';
import type { Ledger } from '../metrics/ledger.ts';
import type { Orchestrator } from '../orchestration/orchestrator.ts';
import { unencryptedOrigins } from '../providers/http-consent.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { KeyStore } from '../secrets/keys.ts';
import type { CurrentSettings } from '../settings/current-settings.ts';

export type StatusDeps = {
  readonly version: string;
  readonly current: CurrentSettings;
  readonly providers: Pick<ProviderRegistry, 'status' | 'problems'>;
  readonly modelCatalog: Pick<ModelCatalog, 'withLocalModels'>;
  readonly discovered: Pick<DiscoveredProviders, 'offers'>;
  readonly budgets: Pick<Budgets, 'list'>;
  readonly ledger: Pick<Ledger, 'spending' | 'problems'>;
  readonly inlineCompletion: Pick<InlineCompletionService, 'state'>;
  readonly orchestrator: Pick<Orchestrator, 'inFlight'>;
  readonly keys: Pick<KeyStore, 'store' | 'storeProblem'>;
};

/** Returns what reads the status as it is now. */
export function statusReader(deps: StatusDeps): () => Status {
  const { version, current, providers, modelCatalog, discovered, budgets, ledger } = deps;
  const { inlineCompletion, orchestrator, keys } = deps;
  return () => {
    const settings = current.get();
    const keyStoreProblem = keys.storeProblem();
    const providerStatus = providers.status().map(modelCatalog.withLocalModels);
    return {
      health: healthOf(providerStatus),
      version,
      strategy: settings['routing.strategy'],
      priorityOrder: settings['routing.priorityOrder'],
      providers: providerStatus,
      ...discovered.offers(),
      ...unencryptedOrigins(settings, providerStatus),
      budgets: budgets.list(),
      today: ledger.spending('day'),
      inline: inlineCompletion.state(),
      inFlight: orchestrator.inFlight(),
      problems: [...current.problems(), ...providers.problems(), ...ledger.problems()],
      keyStore: keys.store(),
      ...(keyStoreProblem ? { keyStoreProblem } : {}),
    };
  };
}

/** A built-in local engine that is not running is no failure; a provider that the user named or gave a key to is. */
function healthOf(providers: readonly ProviderStatus[]): Status['health'] {
  const usable = ({ state, key, models }: ProviderStatus) =>
    state === 'ready' || (state === 'unknown' && key !== 'none' && models.length > 0);
  if (!providers.some(usable)) return 'offline';
  const failing = ({ state, lastOutcome, key }: ProviderStatus) =>
    state === 'cooling-down' ||
    (state === 'unreachable' && (lastOutcome !== undefined || key !== 'not-needed'));
  return providers.some(failing) ? 'degraded' : 'ready';
}

/** Milliseconds between two notifications at least. */
const everyMs = 100;

/** Notifies soon after each change, at most ten times a second, and always after the last one. */
export function throttledNotifier() {
  let timer: NodeJS.Timeout | undefined;
  let notify = (): void => {};
  return {
    onDue(listener: () => void): void {
      notify = listener;
    },
    changed(): void {
      timer ??= setTimeout(() => {
        timer = undefined;
        notify();
      }, everyMs);
    },
    dispose: (): void => clearTimeout(timer),
  };
}
