/** Creates the modules of ghost text, from the bottom up. */
import type { Settings } from '../../shared/settings.ts';
import type { Accounting } from '../accounting/record.ts';
import type { ModelCatalog } from '../catalog/model-catalog.ts';
import type { Budgets } from '../metrics/budget.ts';
import type { Ledger } from '../metrics/ledger.ts';
import type { Log } from '../platform/log.ts';
import type { ProviderRegistry } from '../providers/provider-registry.ts';
import type { RoutingSnapshotDeps } from '../providers/routing-snapshot.ts';
import { acceptanceTracker } from './acceptance.ts';
import { createActivation } from './activation.ts';
import { candidateList } from './candidate-list.ts';
import { steadyClock as clock } from './clock.ts';
import { contextProvider } from './context/context-provider.ts';
import { workspaceNames } from './context/paths.ts';
import { documentStore } from './documents.ts';
import { eligibleModels } from './eligible-models.ts';
import { filePolicy } from './file-policy.ts';
import { fimPrompt } from './fim-prompt.ts';
import { completionGenerator } from './generate.ts';
import { type ItemMetricsDeps, itemMetrics } from './item-metrics.ts';
import { latencies as latencyStats } from './latencies.ts';
import { modelAbilities } from './model-abilities.ts';
import { modelEndpoints } from './model-endpoints.ts';
import { modelListRefresh } from './model-list-refresh.ts';
import { nearbyDefinitions, type RequestSymbols } from './nearby-definitions.ts';
import { generateWithFallback } from './prompting/generate-with-fallback.ts';
import { modeCache } from './prompting/mode-cache.ts';
import { rankedModels } from './ranked-models.ts';
import { chooseCompletionLength } from './render/completion-length.ts';
import { maySuggest } from './render/may-suggest.ts';
import { streamRenderer } from './render/stream-renderer.ts';
import type { Renderer } from './renderer.ts';
import { reservations as budgetReservations } from './reservations.ts';
import { createScheduler, type SchedulerSettings } from './scheduler.ts';
import { unavailableReason } from './unavailable-reason.ts';
import { usageCounts } from './usage-counts.ts';

export type InlineCompletionDeps = ItemMetricsDeps & {
  readonly settings: () => Settings;
  readonly providers: ProviderRegistry;
  readonly modelCatalog: Pick<ModelCatalog, 'recommendedLocal' | 'details' | 'coldStarts'>;
  readonly budgets: Budgets;
  readonly ledger: Pick<Ledger, 'inline'>;
  readonly accounting: Pick<Accounting, 'record'>;
  readonly log: Pick<Log, 'error'>;
  readonly modelStats: RoutingSnapshotDeps['modelStats'];
  /** A folder for what outlives the server. Absent: nothing is written. */
  readonly storagePath: string | undefined;
  /** URIs of the workspace's folders. */
  readonly folders: readonly string[];
  /** Absent: the client has no language services. */
  readonly requestSymbols?: RequestSymbols;
  /** Called after each change a user could see. */
  readonly onChange: () => void;
};

const renderer: Renderer = { maySuggest, chooseCompletionLength, streamRenderer };

export function inlineModules(deps: InlineCompletionDeps) {
  const { settings, providers, modelCatalog, budgets, modelStats, ledger, storagePath, folders, onChange } =
    deps;
  const documents = documentStore();
  const nameOf = workspaceNames(folders);
  const contexts = contextProvider({ documents, nameOf });
  const activation = createActivation(settings);
  const policy = filePolicy(settings, (uri) => documents.get(uri)?.lineCount ?? 0);

  const latencies = latencyStats();
  const usage = usageCounts(ledger.inline, clock);
  const modes = modeCache(storagePath === undefined ? {} : { folder: storagePath });
  const endpoints = modelEndpoints({ providers, modelCatalog });
  const abilities = modelAbilities({ modelCatalog, endpoints, modes });
  const routing = { settings, providers, budgets, modelStats, coldStarts: modelCatalog.coldStarts };
  const models = rankedModels({ settings, routing, modelCatalog, abilities, latencies, usage, clock });
  const modelsFor = eligibleModels({ activation, policy, documents, models });
  const candidates = candidateList({ settings, providers, models, abilities, latencies, usage });
  const reason = unavailableReason({ policy, modelsFor, onChange });
  const refreshModelLists = modelListRefresh({ settings, providers, clock });

  const { requestSymbols } = deps;
  const definitions = requestSymbols && nearbyDefinitions(requestSymbols, documents);
  const metrics = itemMetrics(deps);
  const reservations = budgetReservations(budgets);
  const generator = completionGenerator({
    modelsFor,
    endpoints,
    buildFimTarget: fimPrompt({ contexts, policy, endpoints, nameOf, ...(definitions && { definitions }) }),
    generateWithFallback: generateWithFallback(modes),
    reservations,
    record(attempt) {
      deps.accounting.record(attempt);
      models.recordOutcome(attempt);
    },
    latencies,
    settings,
  });
  const scheduler = createScheduler({ generator, renderer, settings: () => schedulerSettings(settings()) });
  const acceptance = acceptanceTracker({
    documents,
    clock,
    onAccepted({ id, model }) {
      scheduler.accepted(id);
      metrics.recordAccepted(model);
      onChange();
    },
    onRetained: metrics.recordRetained,
  });

  return {
    ...{ documents, contexts, activation, policy, modes, endpoints, models, candidates, reason },
    ...{ refreshModelLists, metrics, reservations, scheduler, acceptance },
  };
}

const cacheLimits = { entries: 1_000, bytes: 4_000_000 };
/** As `InFlightSettings.revealAfterMs`. */
const revealAfterMs = 150;

const schedulerSettings = (settings: Settings): SchedulerSettings => ({
  debounceMs: settings['inline.debounceMs'],
  cache: cacheLimits,
  revealAfterMs,
  readAhead: true,
});
