/** The tree of providers and their models, as the server last described them. */
import * as vscode from 'vscode';
import type { ProviderStatus, Status } from '../../shared/status.ts';
import { failureOf } from '../failures.ts';
import { redrawWhenDue } from '../redraw.ts';
import type { Server } from '../server.ts';
import { showFailure } from '../show-failure.ts';
import { inOrder, needOf } from '../texts/provider.ts';
import { isEmpty, shownTimes } from '../texts/status.ts';
import { type Row, rowItem, rowsOf } from './rows.ts';

export type ProvidersView = vscode.Disposable & {
  /** Asks every local provider, and cloud ones that have been used, for its models. */
  refresh(): Promise<void>;
  /** Lists providers that are not set up too, in place of the welcome. */
  showAll(): Promise<void>;
};

export function createProvidersView(server: Server): ProvidersView {
  const changed = new vscode.EventEmitter<undefined>();
  let everything = false;
  let asked = false;

  const refresh = async (): Promise<void> => {
    try {
      await server.use((connection) => connection.listModels({ refresh: true }));
      changed.fire(undefined);
    } catch (error) {
      showFailure(failureOf(error), { ask: refresh });
    }
  };
  /** The view asks for its first rows when it becomes visible: that is when the server starts. */
  const current = async (): Promise<Status | undefined> => {
    try {
      const status = await server.use((connection) => connection.status());
      if (!asked) {
        asked = true;
        void refresh();
      }
      return status;
    } catch (error) {
      showFailure(failureOf(error), { ask: () => changed.fire(undefined) });
      return undefined;
    }
  };

  const rows = async (): Promise<Row[]> => {
    const status = await current();
    const empty = !status || isEmpty(status.providers, namedProviders());
    await vscode.commands.executeCommand('setContext', 'rumbo.empty', empty);
    if (status) mark(status);
    if (!status || (empty && !everything)) return [];
    redraw.at(shownTimes(status.providers));
    return inOrder(status.providers).map((provider) => ({ type: 'provider', provider }));
  };
  const tree = vscode.window.createTreeView<Row>('rumbo.providers', {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (row) => (row ? (row.type === 'provider' ? rowsOf(row.provider) : []) : rows()),
      getTreeItem: (row) => rowItem(row, vscode.env.language),
    },
  });
  const expanded = tree.onDidExpandElement(({ element }) => {
    if (element.type === 'provider' && mayAsk(element.provider)) void askFor(server, element.provider);
  });
  const redraw = redrawWhenDue(() => changed.fire(undefined));
  /** A number at the icon while something waits for the user. */
  const mark = ({ providers }: Status) => {
    const needy = providers.filter(needOf).map((each) => `${each.label}: ${needOf(each)}`);
    tree.badge = needy.length > 0 ? { value: needy.length, tooltip: needy.join('\n') } : undefined;
  };
  const followed = server.onStatus((status) => {
    mark(status);
    changed.fire(undefined);
  });
  const reconfigured = vscode.workspace.onDidChangeConfiguration((event) => {
    if (tree.visible && event.affectsConfiguration('rumbo')) changed.fire(undefined);
  });
  return {
    refresh,
    async showAll() {
      everything = true;
      changed.fire(undefined);
      await vscode.commands.executeCommand('rumbo.providers.focus');
    },
    dispose: () => vscode.Disposable.from(tree, expanded, followed, reconfigured, redraw, changed).dispose(),
  };
}

const mayAsk = ({ state }: ProviderStatus): boolean =>
  state !== 'off' && state !== 'no-key' && state !== 'checking';

/** Expanding a provider is asking for it; what goes wrong shows as its state. */
async function askFor(server: Server, { name }: ProviderStatus): Promise<void> {
  await server
    .use((connection) => connection.listModels({ provider: name, refresh: true }))
    .catch(() => undefined);
}

const namedProviders = (): string[] =>
  Object.keys(vscode.workspace.getConfiguration('rumbo').inspect<object>('providers')?.globalValue ?? {});
