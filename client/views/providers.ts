/** The Providers view: discovered servers, and providers with their models, from the latest status. */
import * as vscode from 'vscode';
import type { ProviderStatus, Status } from '../../shared/status.ts';
import { endpointName } from '../format/discovery.ts';
import { sortProviders, userProblem } from '../format/provider.ts';
import { displayedTimes, isNothingSetUp } from '../format/status.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import { userMapSetting } from '../settings/user-settings.ts';
import { currentStatus } from './current-status.ts';
import { liveTree } from './live-tree.ts';
import { rowTooltip } from './model-tooltip.ts';
import { userPins } from './pins.ts';
import { providerRows, type TreeRow, treeItemOf } from './rows.ts';
import { scheduledRefresh } from './scheduled-refresh.ts';

export type ProvidersView = vscode.Disposable & {
  /** Requests the models of every local provider, and of cloud providers that have been used. */
  refresh(): Promise<void>;
  /** Also lists providers that are not set up, in place of the welcome content. */
  showAll(): Promise<void>;
};

export function createProvidersView(server: ServerProcess): ProvidersView {
  let showsAll = false;
  let refreshed = false;

  const refresh = async (): Promise<void> => {
    try {
      await server.request('listModels', { refresh: true });
      live.redraw();
    } catch (error) {
      showError(toClientErrorData(error), { retry: refresh });
    }
  };
  const rowsFor = (status: Status): TreeRow[] => {
    const { providers, offers = [] } = status;
    const empty = offers.length === 0 && isNothingSetUp(providers, Object.keys(userMapSetting('providers')));
    void vscode.commands.executeCommand('setContext', 'rumbo.empty', empty);
    if (empty && !showsAll) return [];
    redraw.schedule(displayedTimes(providers));
    const pins = userPins();
    return [
      ...offers.map((endpoint): TreeRow => ({ type: 'endpoint', endpoint })),
      ...sortProviders(providers).map((provider): TreeRow => ({ type: 'provider', provider, pins })),
    ];
  };
  const live = liveTree<TreeRow>({
    /** VS Code calls this when the view becomes visible, which starts the server. */
    async roots() {
      const status = await currentStatus(server, () => live.redraw());
      if (!status) {
        await vscode.commands.executeCommand('setContext', 'rumbo.empty', true);
        return [];
      }
      if (!refreshed) {
        refreshed = true;
        void refresh();
      }
      updateBadge(status);
      return rowsFor(status);
    },
    children: (row) => (row.type === 'provider' ? providerRows(row.provider, row.pins) : []),
    item: (row) => treeItemOf(row, vscode.env.language),
    tooltip: (row) => rowTooltip(server, row),
  });
  const tree = vscode.window.createTreeView('rumbo.providers', { treeDataProvider: live.provider });
  const expanded = tree.onDidExpandElement(({ element: { row } }) => {
    if (row.type === 'provider' && canListModels(row.provider)) void refreshModels(server, row.provider);
  });
  const redraw = scheduledRefresh(() => live.redraw());
  /** The badge counts what needs the user. */
  const updateBadge = ({ providers, offers = [] }: Status) => {
    const waiting = [
      ...providers.filter(userProblem).map((each) => `${each.label}: ${userProblem(each)}`),
      ...offers.map((endpoint) => `${endpointName(endpoint)}: found, not in use`),
    ];
    tree.badge = waiting.length > 0 ? { value: waiting.length, tooltip: waiting.join('\n') } : undefined;
  };
  const followed = server.onStatus((status) => {
    updateBadge(status);
    live.update(rowsFor(status));
  });
  const reconfigured = vscode.workspace.onDidChangeConfiguration((event) => {
    if (tree.visible && event.affectsConfiguration('rumbo')) live.redraw();
  });
  return {
    refresh,
    async showAll() {
      showsAll = true;
      live.redraw();
      await vscode.commands.executeCommand('rumbo.providers.focus');
    },
    dispose: () => vscode.Disposable.from(tree, expanded, followed, reconfigured, redraw, live).dispose(),
  };
}

const canListModels = ({ state }: ProviderStatus): boolean =>
  state !== 'off' && state !== 'no-key' && state !== 'checking';

/** Expanding a provider refreshes its models; an error shows as its state. */
async function refreshModels(server: ServerProcess, { name }: ProviderStatus): Promise<void> {
  await server.request('listModels', { provider: name, refresh: true }).catch(() => undefined);
}
