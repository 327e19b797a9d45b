/** **Rumbo: Refresh Model Registry**: updates abilities, limits and prices of models, and asks once whether to do so daily. */
import * as vscode from 'vscode';
import { registryRefreshText } from '../format/registry.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo, showWarning } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';

const setting = 'registry.refresh';
const everyDay = 'Refresh Every Day';
const whenAsked = 'Only When I Ask';
const showLog = 'Show Log';

type RegistryRefreshDeps = { readonly server: ServerProcess; readonly log: vscode.LogOutputChannel };

export async function runRegistryRefresh({ server, log }: RegistryRefreshDeps): Promise<void> {
  try {
    const refreshed = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: 'Rumbo: refreshing model data…',
        cancellable: true,
      },
      (_, token) => server.request('refreshRegistry', undefined, token),
    );
    const configuration = vscode.workspace.getConfiguration('rumbo');
    const isDecided = configuration.inspect(setting)?.globalValue !== undefined;
    const details = refreshed.changes.length + refreshed.problems.length > 0;
    const show = refreshed.readable > 0 ? showInfo : showWarning;
    const buttons = [...(details ? [showLog] : []), ...(isDecided ? [] : [everyDay, whenAsked])];
    // Not awaited: a notification can stay open forever.
    void show(registryRefreshText(refreshed), ...buttons).then((button) => {
      if (button === showLog) return log.show();
      if (button === undefined) return;
      const value = button === everyDay ? 'daily' : 'off';
      return configuration.update(setting, value, vscode.ConfigurationTarget.Global);
    });
  } catch (error) {
    showError(toClientErrorData(error));
  }
}
