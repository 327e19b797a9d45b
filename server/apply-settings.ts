/** New settings → the modules that they affect: one list, in order. */
import type { SettingAspect, Settings } from '../shared/settings.ts';
import type { ResponseCache } from './cache/response-cache.ts';
import type { DiscoveredProviders } from './catalog/discovered-providers.ts';
import type { ModelCatalog } from './catalog/model-catalog.ts';
import type { RegistryRefresh } from './catalog/registry-refresh.ts';
import type { InlineCompletionService } from './inline-completion/service.ts';
import type { Budgets } from './metrics/budget.ts';
import type { Log } from './platform/log.ts';
import type { ProviderRegistry } from './providers/provider-registry.ts';
import { changedAspects } from './settings/changed-aspects.ts';
import type { CurrentSettings } from './settings/current-settings.ts';
import { type ReadSettings, unreadableSettings } from './settings/read-settings.ts';

export type ConfigurableModules = {
  readonly current: CurrentSettings;
  readonly discovered: Pick<DiscoveredProviders, 'applySettings' | 'mergedSettings'>;
  readonly providers: Pick<ProviderRegistry, 'configure' | 'refresh'>;
  readonly modelCatalog: Pick<ModelCatalog, 'onProvidersChanged'>;
  readonly budgets: Pick<Budgets, 'configure'>;
  readonly inlineCompletion: Pick<InlineCompletionService, 'onSettingsChanged'>;
  readonly cache: Pick<ResponseCache, 'resize' | 'clear'>;
  readonly registryRefresh: Pick<RegistryRefresh, 'setDaily'>;
  readonly log: Pick<Log, 'warn' | 'error' | 'debug'>;
  /** Called after each change that a user can see. */
  readonly onChange: () => void;
};

type Step = { readonly aspects: readonly SettingAspect[]; readonly apply: (settings: Settings) => void };

/** A later step may use what an earlier one has applied. */
const steps = (modules: ConfigurableModules): readonly Step[] => {
  const { discovered, budgets, inlineCompletion, cache, registryRefresh, providers } = modules;
  return [
    { aspects: ['discovery', 'providers'], apply: discovered.applySettings },
    { aspects: ['providers', 'discovery', 'models'], apply: () => configureProviders(modules) },
    { aspects: ['budgets'], apply: budgets.configure },
    { aspects: ['inline'], apply: () => inlineCompletion.onSettingsChanged() },
    { aspects: ['cache'], apply: (settings) => cache.resize(cacheLimits(settings)) },
    { aspects: ['registry'], apply: (now) => registryRefresh.setDaily(now['registry.refresh'] === 'daily') },
    // Another order of models may mean another answer: the next request must not be answered from the cache.
    { aspects: ['routing'], apply: () => void cache.clear() },
    { aspects: ['providers', 'discovery'], apply: () => void providers.refresh() },
  ];
};

/**
 * Returns what applies new settings; the first time every step is taken. Where a step fails, the last settings that could
 * be applied hold, at first the most careful ones, and the status says so.
 */
export function settingsApplier(modules: ConfigurableModules): (read: ReadSettings) => void {
  const { current, log, onChange } = modules;
  const all = steps(modules);
  let applied: ReadSettings | undefined;
  const apply = (read: ReadSettings, takesAll: boolean): void => {
    const before = current.get();
    current.set(read);
    const settings = current.get();
    const changed = changedAspects(before, settings);
    for (const step of all)
      if (takesAll || step.aspects.some((aspect) => changed.has(aspect))) step.apply(settings);
    if (changed.size > 0) log.debug(`Settings changed: ${[...changed].join(', ')}.`);
  };
  return (read) => {
    try {
      apply(read, applied === undefined);
      applied = read;
    } catch (error) {
      const problem = `The settings could not be applied: ${errorText(error)}. ${applied ? 'The settings from before still hold.' : 'The most careful values apply.'}`;
      log.error(problem, error);
      applied ??= unreadableSettings('The settings could not be applied.');
      try {
        apply(applied, true);
      } catch (second) {
        log.error('The settings from before could not be applied again.', second);
      }
      current.setRejection(problem);
    }
    for (const problem of current.problems()) log.warn(problem);
    onChange();
  };
}

const errorText = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 200);

/** The providers by the user's settings, with the servers that were discovered. */
export function configureProviders({
  discovered,
  providers,
  modelCatalog,
}: Pick<ConfigurableModules, 'discovered' | 'providers' | 'modelCatalog'>): void {
  providers.configure(discovered.mergedSettings());
  modelCatalog.onProvidersChanged();
}

export const cacheLimits = (settings: Settings) => ({
  maxEntries: settings['cache.maxEntries'],
  maxAgeMs: settings['cache.maxAgeMinutes'] * 60_000,
});
