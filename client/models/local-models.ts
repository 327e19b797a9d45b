/** Downloads local models with **Rumbo: Pull Local Model…**, and loads and unloads them from the trees. */
import * as vscode from 'vscode';
import { type ModelId, modelId } from '../../shared/chat.ts';
import { errorPolicies } from '../../shared/error-policies.ts';
import type { EnsureProgress } from '../../shared/local-models.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import { completedFraction, ensureResultText, progressText } from '../format/local-model.ts';
import {
  type ClientErrorData,
  errorButton,
  errorSentence,
  toClientErrorData,
} from '../notifications/error-messages.ts';
import { showInfo, withoutLinks } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import { choosePullEngine, choosePullModel } from './pull-picker.ts';

export type LocalModelActions = {
  /** @param provider the provider's name. Absent: the user picks when there are several */
  pull(provider?: string): Promise<void>;
  load(id: ModelId): Promise<void>;
  unload(id: ModelId): Promise<void>;
  /** Stops this window's download or load of the model, like the Cancel button of its notification. */
  stop(id: ModelId): void;
};

export function localModelActions(server: ServerProcess): LocalModelActions {
  const activeSources = new Map<ModelId, vscode.CancellationTokenSource>();

  /** @param chooseAgain opens the model picker again, after a wrong name */
  const ensure = async (id: ModelId, title: string, chooseAgain?: () => unknown): Promise<void> => {
    if (activeSources.has(id)) return void showInfo(`${id} is already being downloaded or loaded.`);
    const source = new vscode.CancellationTokenSource();
    activeSources.set(id, source);
    let downloaded = false;
    try {
      const ensured = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: withoutLinks(title), cancellable: true },
        (report, token) => {
          token.onCancellationRequested(() => source.cancel());
          const show = progressReporter(report);
          return server.requestWithProgress(
            'ensureModel',
            (progressToken) => ({ model: id, progressToken }),
            'ensureProgress',
            (progress) => {
              downloaded ||= progress.stage === 'downloading';
              show(progress);
            },
            source.token,
          );
        },
      );
      void showInfo(ensureResultText(ensured));
    } catch (error) {
      const failure = toClientErrorData(error);
      if (failure.kind === 'cancelled') return showStopped(failure, downloaded);
      const button = retryButton(failure, () => ensure(id, title, chooseAgain), chooseAgain);
      showError(failure, button ? { button } : {});
    } finally {
      activeSources.delete(id);
      source.dispose();
    }
  };

  const actions: LocalModelActions = {
    async pull(name) {
      try {
        const { providers } = await server.request('status');
        const provider = providers.find((each) => each.name === name) ?? (await choosePullEngine(providers));
        if (!provider) return;
        const suggested = await server.request('suggestModels').catch(() => []);
        const model = await choosePullModel(provider, suggested);
        if (model === undefined) return;
        await ensure(modelId(provider.name, model), titleOf('pulling', model, provider), () =>
          actions.pull(provider.name),
        );
      } catch (error) {
        showError(toClientErrorData(error), {
          button: { label: 'Try Again', run: () => actions.pull(name) },
        });
      }
    },
    load: (id) => ensure(id, `Rumbo: loading ${nameOf(id)}`),
    async unload(id) {
      try {
        await vscode.window.withProgress(
          { location: vscode.ProgressLocation.Window, title: `Rumbo: unloading ${nameOf(id)}` },
          () => server.request('unloadModel', { model: id }),
        );
      } catch (error) {
        showError(toClientErrorData(error), {
          button: { label: 'Try Again', run: () => actions.unload(id) },
        });
      }
    },
    stop(id) {
      const source = activeSources.get(id);
      if (source) source.cancel();
      else void showInfo(`${nameOf(id)} is being downloaded by another program; stop it there.`);
    },
  };
  return actions;
}

const nameOf = (id: ModelId): string => id.slice(id.indexOf('/') + 1);
const titleOf = (verb: string, model: string, { label }: ProviderStatus): string =>
  `Rumbo: ${verb} ${model} with ${label}`;

/** Reports progress to a notification; its bar never moves back. */
function progressReporter(report: vscode.Progress<{ message?: string; increment?: number }>) {
  let shownPercent = 0;
  let shownMessage = '';
  return (progress: EnsureProgress): void => {
    const message = withoutLinks(progressText(progress));
    const share = completedFraction(progress);
    // A load after a download would start the bar again.
    const increment = Math.max(0, Math.floor((share ?? 0) * 100) - shownPercent);
    if (message === shownMessage && increment === 0) return;
    shownMessage = message;
    shownPercent += increment;
    report.report({ message, ...(increment > 0 ? { increment } : {}) });
  };
}

/** After a cancel: reports that an engine continues the download, or that the downloaded part is kept. */
function showStopped(failure: ClientErrorData, downloaded: boolean): void {
  const continues = failure.action !== undefined && failure.action !== errorPolicies.cancelled.action;
  if (continues) return void showInfo(errorSentence(failure));
  if (downloaded)
    vscode.window.setStatusBarMessage('Rumbo: stopped. The downloaded part is kept for the next time.', 8000);
}

/** The button for a failure that a retry or another name can solve. Absent: the default button of the failure. */
function retryButton(failure: ClientErrorData, retry: () => unknown, choose?: () => unknown) {
  const { kind } = failure;
  if (choose && (kind === 'model-not-found' || kind === 'invalid-request'))
    return { label: 'Choose Another', run: choose };
  // An engine that was not running may have been started meanwhile.
  const mayRepeat = kind === 'unreachable' || errorButton(failure)?.action === 'retry';
  return mayRepeat ? { label: 'Try Again', run: retry } : undefined;
}
