/** Inline completion (ghost text) as a service for the transports: documents, suggestions, events and state. */
import { toRumboError } from '../../shared/errors.ts';
import type { InlineCandidate, InlineEvent, InlineState } from '../../shared/inline.ts';
import { throttle } from '../platform/throttle.ts';
import { steadyClock } from './clock.ts';
import type { CompletionContext } from './completion-context.ts';
import type { CompletionItem } from './completion-item.ts';
import type { DocumentStore } from './documents.ts';
import { type InlineCompletionDeps, inlineModules } from './modules.ts';
import { inlineStateOf } from './state.ts';

export type InlineCompletionService = {
  readonly documents: DocumentStore;
  /** A document has changed; to be called once `documents` is up to date. */
  changed(uri: string): void;
  closed(uri: string): void;
  /** Never rejects: a failed model shows in the log and at its provider. */
  suggest(context: CompletionContext, signal: AbortSignal): Promise<readonly CompletionItem[]>;
  onEvent(event: InlineEvent): void;
  pause(isPaused: boolean): InlineState;
  candidates(): readonly InlineCandidate[];
  state(): InlineState;
  /** To be called when a provider has listed its models: another server may be at its address. */
  onModelsListed(provider: string): void;
  /** To be called when the settings have changed: aborts the requests made under the old ones. */
  onSettingsChanged(): void;
  /** Resolves once the requests in flight are accounted for, or after 200 ms. */
  dispose(): Promise<void>;
};

/** Milliseconds between two log lines about the same fault. */
const faultIntervalMs = 60_000;

export function inlineCompletionService(deps: InlineCompletionDeps): InlineCompletionService {
  const { providers, ledger, log, onChange } = deps;
  const { documents, activation, policy, contexts, endpoints, modes, models, ...rest } = inlineModules(deps);
  const { scheduler, metrics, reservations, acceptance, reason, refreshModelLists } = rest;
  const isDue = throttle(steadyClock);

  const state = (): InlineState =>
    inlineStateOf({
      isEnabled: activation.isEnabled(),
      isPaused: activation.isPaused(),
      ranking: () => models.ranking(false, Number.POSITIVE_INFINITY),
      unavailableReason: reason.current(),
      today: ledger.inline.today(),
    });

  /** A fault of Rumbo itself: failures of models are recorded with their attempts. */
  const reportFault = (message: string, cause: unknown): void => {
    if (isDue(message, faultIntervalMs)) log.error('Ghost text failed.', cause);
  };

  const maySuggest = (context: CompletionContext): boolean =>
    activation.isOn() && policy.denial(context) === undefined;

  return {
    documents,
    changed(uri) {
      const document = documents.get(uri);
      acceptance.documentChanged(uri);
      if (document) scheduler.changed(uri, document.version);
    },
    closed(uri) {
      scheduler.closed(uri);
      contexts.onDocumentClosed(uri);
      endpoints.closed(uri);
    },
    async suggest(context, signal) {
      if (!activation.isOn()) return [];
      reason.update(context);
      if (!maySuggest(context)) return [];
      documents.markSeen(context.uri);
      refreshModelLists(signal);
      try {
        const items = await scheduler.suggest(context, signal);
        // A setting may have changed meanwhile.
        if (!maySuggest(context)) return [];
        acceptance.track(context, items);
        metrics.recordShown(items);
        return items;
      } catch (cause) {
        const error = toRumboError(cause, signal);
        if (error !== cause && error.kind !== 'cancelled') reportFault(error.message, error.cause);
        return [];
      }
    },
    onEvent({ id, type }) {
      if (type === 'rejected') scheduler.rejected(id);
      else acceptance.accepted(id);
    },
    pause(isPaused) {
      activation.setPaused(isPaused);
      if (isPaused) scheduler.stop();
      else if (activation.isOn()) scheduler.start();
      onChange();
      return state();
    },
    candidates: rest.candidates,
    state,
    onModelsListed(name) {
      const provider = providers.get(name);
      if (provider?.modelList === undefined || !activation.isEnabled()) return;
      const modelNames = provider.modelList.map((model) => model.name);
      modes.onModelsListed(provider.config.baseUrl, modelNames);
      models.invalidate();
    },
    onSettingsChanged() {
      policy.reconfigure();
      scheduler.stop();
      models.invalidate();
      if (activation.isOn()) scheduler.start();
    },
    async dispose() {
      scheduler.stop();
      acceptance.stop();
      await reservations.settled();
    },
  };
}
