/** The tree of providers and their models, as the server last described them. */
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
  /** Asks every local provider, and cloud ones that have been used, for its models. */
  refresh(): Promise<void>;
  /** Lists providers that are not set up too, in place of the welcome. */
  showAll(): Promise<void>;
};

export function createProvidersView(server: ServerProcess): ProvidersView {
  let everything = false;
  let asked = false;

  const refresh = async (): Promise<void> => {
    try {
      await server.use((connection) => connection.listModels({ refresh: true }));
      live.redraw();
    } catch (error) {
      showError(toClientErrorData(error), { retry: refresh });
    }
  };
  const rowsFor = (status: Status): TreeRow[] => {
    const { providers, offers = [] } = status;
    const empty = offers.length === 0 && isNothingSetUp(providers, Object.keys(userMapSetting('providers')));
    void vscode.commands.executeCommand('setContext', 'rumbo.empty', empty);
    if (empty && !everything) return [];
    redraw.schedule(displayedTimes(providers));
    const pins = userPins();
    return [
      ...offers.map((endpoint): TreeRow => ({ type: 'offer', endpoint })),
      ...sortProviders(providers).map((provider): TreeRow => ({ type: 'provider', provider, pins })),
    ];
  };
  const live = liveTree<TreeRow>({
    /** The view asks for its first rows when it becomes visible: that is when the server starts. */
    async roots() {
      const status = await currentStatus(server, () => live.redraw());
      if (!status) {
        await vscode.commands.executeCommand('setContext', 'rumbo.empty', true);
        return [];
      }
      if (!asked) {
        asked = true;
        void refresh();
      }
      mark(status);
      return rowsFor(status);
    },
    children: (row) => (row.type === 'provider' ? providerRows(row.provider, row.pins) : []),
    item: (row) => treeItemOf(row, vscode.env.language),
    tooltip: (row) => rowTooltip(server, row),
  });
  const tree = vscode.window.createTreeView('rumbo.providers', { treeDataProvider: live.provider });
  const expanded = tree.onDidExpandElement(({ element: { row } }) => {
    if (row.type === 'provider' && mayAsk(row.provider)) void askFor(server, row.provider);
  });
  const redraw = scheduledRefresh(() => live.redraw());
  /** A number at the icon while something waits for the user. */
  const mark = ({ providers, offers = [] }: Status) => {
    const waiting = [
      ...providers.filter(userProblem).map((each) => `${each.label}: ${userProblem(each)}`),
      ...offers.map((endpoint) => `${endpointName(endpoint)}: found, not in use`),
    ];
    tree.badge = waiting.length > 0 ? { value: waiting.length, tooltip: waiting.join('\n') } : undefined;
  };
  const followed = server.onStatus((status) => {
    mark(status);
    live.show(rowsFor(status));
  });
  const reconfigured = vscode.workspace.onDidChangeConfiguration((event) => {
    if (tree.visible && event.affectsConfiguration('rumbo')) live.redraw();
  });
  return {
    refresh,
    async showAll() {
      everything = true;
      live.redraw();
      await vscode.commands.executeCommand('rumbo.providers.focus');
    },
    dispose: () => vscode.Disposable.from(tree, expanded, followed, reconfigured, redraw, live).dispose(),
  };
}

const mayAsk = ({ state }: ProviderStatus): boolean =>
  state !== 'off' && state !== 'no-key' && state !== 'checking';

/** Expanding a provider is asking for it; what goes wrong shows as its state. */
async function askFor(server: ServerProcess, { name }: ProviderStatus): Promise<void> {
  await server
    .use((connection) => connection.listModels({ provider: name, refresh: true }))
    .catch(() => undefined);
}
