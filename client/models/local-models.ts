/** Makes local models available: fetched with **Rumbo: Pull Local Model…**, loaded and unloaded from the trees. */
import * as vscode from 'vscode';
import { type ModelId, modelId } from '../../shared/chat.ts';
import { errorPolicies } from '../../shared/error-kinds.ts';
import type { EnsureProgress } from '../../shared/local-models.ts';
import type { ProviderStatus } from '../../shared/status.ts';
import { completedFraction, ensureResultText, progressText } from '../format/local-model.ts';
import { type ClientErrorData, errorSentence, toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo, withoutLinks } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import { choosePullEngine, choosePullModel } from './pull-picker.ts';

export type LocalModelActions = {
  /** @param provider the provider's name. Absent: the user picks where there are several */
  pull(provider?: string): Promise<void>;
  load(id: ModelId): Promise<void>;
  unload(id: ModelId): Promise<void>;
  /** Ends what this window has begun for the model, as the notification's own button does. */
  stop(id: ModelId): void;
};

export function localModelActions(server: ServerProcess): LocalModelActions {
  const running = new Map<ModelId, vscode.CancellationTokenSource>();

  /** @param again opens the question anew, for a name that was wrong */
  const ensure = async (id: ModelId, title: string, again?: () => unknown): Promise<void> => {
    if (running.has(id)) return void showInfo(`${id} is on its way already.`);
    const source = new vscode.CancellationTokenSource();
    running.set(id, source);
    let fetched = false;
    try {
      const ensured = await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: withoutLinks(title), cancellable: true },
        (report, token) => {
          token.onCancellationRequested(() => source.cancel());
          const show = progressIn(report);
          return server.use((connection) =>
            connection.ensureModel(
              id,
              (progress) => {
                fetched ||= progress.stage === 'downloading';
                show(progress);
              },
              source.token,
            ),
          );
        },
      );
      void showInfo(ensureResultText(ensured));
    } catch (error) {
      const failure = toClientErrorData(error);
      if (failure.kind === 'cancelled') return tellStopped(failure, fetched);
      const instead = offerAfter(failure, () => ensure(id, title, again), again);
      showError(failure, instead ? { button: instead } : {});
    } finally {
      running.delete(id);
      source.dispose();
    }
  };

  const actions: LocalModelActions = {
    async pull(name) {
      try {
        const { providers } = await server.use((connection) => connection.status());
        const provider = providers.find((each) => each.name === name) ?? (await choosePullEngine(providers));
        if (!provider) return;
        const suggested = await server.use((connection) => connection.suggestModels()).catch(() => []);
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
          () => server.use((connection) => connection.unloadModel(id)),
        );
      } catch (error) {
        showError(toClientErrorData(error), {
          button: { label: 'Try Again', run: () => actions.unload(id) },
        });
      }
    },
    stop(id) {
      const source = running.get(id);
      if (source) source.cancel();
      else void showInfo(`${nameOf(id)} was begun elsewhere and can be stopped there.`);
    },
  };
  return actions;
}

const nameOf = (id: ModelId): string => id.slice(id.indexOf('/') + 1);
const titleOf = (doing: string, model: string, { label }: ProviderStatus): string =>
  `Rumbo: ${doing} ${model} with ${label}`;

/** Shows progress in a notification; its bar never goes back. */
function progressIn(report: vscode.Progress<{ message?: string; increment?: number }>) {
  let shown = 0;
  let said = '';
  return (progress: EnsureProgress): void => {
    const message = withoutLinks(progressText(progress));
    const share = completedFraction(progress);
    // A load that follows a download would begin the bar again.
    const increment = Math.max(0, Math.floor((share ?? 0) * 100) - shown);
    if (message === said && increment === 0) return;
    said = message;
    shown += increment;
    report.report({ message, ...(increment > 0 ? { increment } : {}) });
  };
}

/** What the user asked for needs no error; that an engine goes on, or what is kept, is worth a word. */
function tellStopped(failure: ClientErrorData, fetched: boolean): void {
  const goesOn = failure.action !== undefined && failure.action !== errorPolicies.cancelled.action;
  if (goesOn) return void showInfo(errorSentence(failure));
  if (fetched)
    vscode.window.setStatusBarMessage('Rumbo: stopped. What has arrived is kept for the next time.', 8000);
}

/** The one button beside a failure that another try or another name may mend. Absent: the usual one. */
function offerAfter({ kind }: ClientErrorData, retry: () => unknown, choose?: () => unknown) {
  if (choose && (kind === 'model-not-found' || kind === 'invalid-request'))
    return { label: 'Choose Another', run: choose };
  return transient.has(kind) ? { label: 'Try Again', run: retry } : undefined;
}
const transient: ReadonlySet<ClientErrorData['kind']> = new Set([
  'interrupted',
  'loading',
  'overloaded',
  'server-stopped',
  'timeout',
  'unreachable',
]);
